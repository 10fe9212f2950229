import { settingGroups, type SettingInfo } from './fields.ts';
import { environment } from './schema.ts';

/** One setting as people see it. */
export interface DescribedSetting extends SettingInfo {
  readonly name: string;
}

/** All settings in the order of the schema. */
export function describeSettings(): readonly DescribedSetting[] {
  return Object.entries(environment.shape).map(([name, schema]) => ({
    name,
    ...(schema.meta() as unknown as SettingInfo),
  }));
}

/** README's configuration table in Markdown. */
export function settingsTable(): string {
  const settings = describeSettings();
  return settingGroups
    .map((group) => {
      const rows = settings
        .filter((setting) => setting.group === group)
        .map((setting) => {
          const alias = setting.aliases === undefined ? '' : ` Also accepted: ${setting.aliases.map(code).join(', ')}.`;
          const secret = setting.secret === true ? ' Secret.' : '';
          const fallback = setting.defaultText === undefined ? '' : code(setting.defaultText);
          return `| ${code(setting.name)} | ${fallback} | ${setting.description}${alias}${secret} |`;
        });
      return [`**${group}**`, '', '| variable | default | meaning |', '|---|---|---|', ...rows].join('\n');
    })
    .join('\n\n');
}

/** The content of `.env.example`: each setting commented out, with its default or an example. */
export function environmentExample(): string {
  const settings = describeSettings();
  const parts = settingGroups.map((group) => {
    const lines = settings
      .filter((setting) => setting.group === group)
      .map((setting) => `# ${setting.description}\n# ${setting.name}=${setting.defaultText ?? setting.example ?? ''}`);
    return [`# ---- ${group} ----`, ...lines].join('\n');
  });
  const head = [
    '# Copy to .env and remove the # of what you set. A secret can also be given as NAME_FILE=/path, or as a file of that',
    '# name in SECRETS_DIR. What is set in the real environment wins over this file.',
  ];
  return [head.join('\n'), ...parts].join('\n\n') + '\n';
}

const code = (value: string): string => `\`${value}\``;
