/** The import rules of the rooms under src/ (docs/adr/0001-rooms-and-import-rules.md). */
const rooms = [
  'config',
  'kubernetes',
  'detect',
  'track',
  'investigate',
  'diagnose',
  'notify',
  'record',
  'server',
  'telemetry',
];

const onlyIn = (name, packages, room) => ({
  name: `sdk-${name}`,
  comment: `${packages} is spoken only in ${room}`,
  severity: 'error',
  from: { path: '^src/', pathNot: room },
  to: { path: packages },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '^src/main\\.ts$' }, to: {} },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'not-to-dev-dep', severity: 'error', from: { path: '^src/' }, to: { dependencyTypes: ['npm-dev'] } },
    {
      name: 'lib-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^src/lib/' },
      to: { path: '^src/', pathNot: '^src/lib/' },
    },
    {
      name: 'model-imports-nothing-of-ours',
      severity: 'error',
      from: { path: '^src/model/' },
      to: { path: '^src/', pathNot: '^src/model/' },
    },
    {
      name: 'model-is-pure',
      severity: 'error',
      from: { path: '^src/model/' },
      to: { dependencyTypes: ['npm', 'core'] },
    },
    ...rooms.map((room) => ({
      name: `room-${room}`,
      comment: 'A room imports itself, model and lib; app, commands and main join the rooms.',
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: `^src/(${room}|model|lib)/` },
    })),
    onlyIn('kubernetes', 'node_modules/@kubernetes/client-node', '^src/kubernetes/'),
    onlyIn('undici', 'node_modules/undici', '^src/(kubernetes|notify|lib)/'),
    onlyIn('anthropic', 'node_modules/@anthropic-ai/sdk', '^src/diagnose/'),
    onlyIn('slack', 'node_modules/@slack/', '^src/notify/slack/'),
    onlyIn('express', 'node_modules/express', '^src/server/'),
    onlyIn('telemetry', 'node_modules/(winston|prom-client)', '^src/telemetry/'),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
