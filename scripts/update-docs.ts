/** Writes what is made from the settings' schema: README's table and .env.example: `npm run docs:settings`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { environmentExample, settingsTable } from '../src/config/describe.ts';

const readme = new URL('../README.md', import.meta.url);
const [begin, end] = ['<!-- settings:begin -->', '<!-- settings:end -->'];
const text = readFileSync(readme, 'utf8');
const before = text.slice(0, text.indexOf(begin) + begin.length);
const after = text.slice(text.indexOf(end));
writeFileSync(readme, `${before}\n\n${settingsTable()}\n\n${after}`);
writeFileSync(new URL('../.env.example', import.meta.url), environmentExample());
process.stdout.write('README.md and .env.example are up to date\n');
