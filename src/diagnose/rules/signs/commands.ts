import type { Sign } from '../../logs/sign.ts';

/** Commands that a shell or the kernel cannot start. */
export const commandSigns: readonly Sign[] = [
  {
    id: 'process/missing-script',
    rank: 'exact',
    // npm's own lines only follow from what went wrong; this one says it.
    strength: 38,
    pattern:
      /(?:npm (?:ERR!|error) |ERR_PNPM_NO_SCRIPT\s+|^error )(?:[Mm]issing script:? |Command )"?([\w:.-]{1,80})"?(?: not found\.?)?$/,
    read: (hit) => ({
      cause: `package.json has no script ${hit.group(1)} (missing script)`,
      fixes: [{ summary: `Name a script that package.json has, or add ${hit.group(1)} to it` }],
      bonus: 5,
    }),
  },
  {
    id: 'process/command-not-found',
    rank: 'exact',
    strength: 19,
    pattern:
      /(?:^|[:\s])(?:line )?(?:\d+: )?([^\s:]{1,200}): (?:command )?not found$|env: (?:can't execute )?['\u2018"]?([^'\u2019":\s]{1,120})['\u2019"]?: No such file or directory|exec:? "?([^\s":]{1,200})"?:? (?:not found|executable file not found in \$PATH|No such file or directory|no such file or directory)|(?:exec |exec: )"?(\S{1,200}?)"? ?: (?:not found|no such file or directory)|spawn ([^\s]{1,120}) ENOENT|executable file not found in \$PATH|([\w./-]{1,120}): executable file not found|tini[^\n]{0,30} exec (\S{1,120}) failed: No such file or directory|FileNotFoundError: \[Errno 2\] No such file or directory: '([\w-]{1,60})'$/,
    read: (hit) => {
      const name = [1, 2, 3, 4, 5, 6, 7, 8].map(hit.group).find((one) => one !== '') ?? '';
      if (name === '' || /^\d+$/.test(name)) return undefined;
      if (
        /^(?:File|Page|Host|Key|Module|Package|Template|Class|error|Error|config|Resource|status|document)$/i.test(name)
      )
        return undefined;
      const interpreter =
        hit.group(2) !== '' && /\r|\\r/.test(hit.match[0]) ? ' (its first line ends in a carriage return)' : '';
      // The kernel says the same when it is the interpreter of the script that does not exist (execve(2)).
      const mount = name.startsWith('/') ? hit.view.mountAt(name) : undefined;
      if (mount !== undefined)
        return {
          cause: `The script ${name} (${mount.label}) cannot be started, not found: it, or the interpreter in its first line (#!), does not exist`,
          fixes: [{ summary: `See that ${mount.label} has it, and that the image has the interpreter of its #! line` }],
          bonus: 5,
        };
      return {
        cause: `The command ${name}${interpreter} does not exist in the image (command not found, no such file or directory)`,
        fixes: [{ summary: `Install ${name} in the image, or correct its name or path` }],
        bonus: 5,
      };
    },
  },
  {
    id: 'process/exec-format',
    rank: 'exact',
    strength: 24,
    pattern:
      /(?:exec(?:ve)?:? )?["']?(\/?[\w./+-]{1,200})?["']?:? ?(?:cannot execute(?: binary file)?: )?(?:[Ee]xec format error|cannot execute binary file)|os error 8\b|ENOEXEC|rosetta error|qemu-\w+: Could not open '([^']{1,120})'/,
    read: (hit) => {
      const path = hit.group(1).replace(/^exec\s*/, '');
      const node = (hit.view.node?.status as { nodeInfo?: { architecture?: string } } | undefined)?.nodeInfo
        ?.architecture;
      const script = /\.(?:sh|py|pl|rb|bash)$/.test(path);
      const built =
        /(?:^|[^a-z0-9])(arm64|aarch64|amd64|x86_64|armv7|arm|s390x|ppc64le|riscv64|386)(?:[^a-z0-9]|$)/.exec(
          `${path} ${hit.view.spec?.image ?? ''}`,
        )?.[1];
      const why = script
        ? 'the script has no shebang line (#!), so the kernel cannot execute it'
        : `it is built for another architecture (platform)${built === undefined ? '' : `: ${built}`}${node === undefined ? '' : `${built === undefined ? ': ' : ', '}the node is ${node}`}`;
      return {
        cause: `${path === '' ? 'The program' : path} cannot be executed: exec format error, ${why}`,
        fixes: [
          {
            summary: script
              ? `Begin ${path} with #!/bin/sh, or run it through sh`
              : `Build the image for ${node === undefined ? "the node's architecture" : `linux/${node}`} (multi-platform build)`,
          },
        ],
        bonus: 8,
      };
    },
  },
  {
    id: 'process/not-executable',
    rank: 'exact',
    strength: 22,
    pattern:
      /(?:exec:? ["']?|sh: \d*:? ?|line \d+: |tini[^\n]{0,40} exec )["']?(\/[\w./+-]{1,200}|\.\/[\w./+-]{1,200})["']?(?: failed)?: [Pp]ermission denied|^(?:\/bin\/)?(?:ba|da|a)?sh: (?:\d+: )?(\/?[\w./+-]{1,200}): [Pp]ermission denied|spawn (\/?[\w./+-]{1,200}) EACCES/,
    read: (hit) => {
      const path = hit.group(1) || hit.group(2) || hit.group(3);
      const inCommand = [...(hit.view.spec?.command ?? []), ...(hit.view.spec?.args ?? [])].some((word) =>
        word.includes(path),
      );
      if (!inCommand && !/\.(?:sh|py|pl|rb)$|bin\//.test(path) && hit.view.exit?.code !== 126) return undefined;
      return {
        cause: `${path} is not executable: permission denied (the execute bit is missing)`,
        fixes: [{ summary: `Set the execute bit in the image (chmod +x ${path}), or run it through its interpreter` }],
        bonus: 6,
      };
    },
  },
  {
    id: 'process/bad-interpreter',
    rank: 'exact',
    strength: 22,
    pattern:
      /(\/?[\w./-]{1,200}): (\/[\w./-]{1,120})(\^M)?: bad interpreter|\/bin\/(?:ba)?sh\^M|env: ['\u2018]?(\w+)\\r['\u2019]?: No such file|\$'\\r': command not found|not found\r$/,
    read: (hit) => ({
      cause: `${hit.group(1) === '' ? 'The script' : hit.group(1)} names an interpreter that does not exist: ${/\\r|\^M/.test(hit.line.text) ? 'its lines end in CRLF (carriage return)' : hit.group(2)} (bad interpreter, not found)`,
      fixes: [{ summary: 'Save the script with LF line ends, or install the interpreter' }],
      bonus: 6,
    }),
  },
];
