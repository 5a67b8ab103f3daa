import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface CallSite {
  readonly file: string;
  readonly function: string;
  readonly call: string;
}

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const SITES: Readonly<Record<string, readonly CallSite[]>> = JSON.parse(read('vocabulary/call-sites.json'));
const ROWS = [...read('docs/kernel-notes.md').matchAll(/^\| (`.*) \| (`.*) \| (.*) \|$/gm)].map(
  ([, functions = '', calls = '', where = '']) => ({
    functions,
    calls,
    where,
  }),
);

/** `bpf_token_capable(prog->aux->token, CAP_BPF)` as the table has it: `bpf_token_capable(CAP_BPF)`. */
function shortCall(call: string): string {
  const [, name = '', given = ''] = /^(\w+)\((.*)\)$/.exec(call) ?? [];
  const constant = given.split(', ').find((argument) => /^(?:CAP|BPF)_[A-Z_]+$/.test(argument) || argument === 'NULL');
  return constant === undefined ? name : `${name}(${constant})`;
}

test.each(Object.keys(SITES))(
  'each call of linux-%s that asks a token is in the table, with its place in the model or a reason',
  (release) => {
    const missing = (SITES[release] ?? []).filter(
      ({ function: around, call }) =>
        !ROWS.some(
          ({ functions, calls, where }) =>
            functions.includes(`\`${around}\``) && calls.includes(shortCall(call)) && where !== '',
        ),
    );
    expect(missing).toEqual([]);
    expect(SITES[release]?.length).toBeGreaterThan(30);
  },
);

test('files that the table names are there', () => {
  const files = ROWS.flatMap(({ where }) =>
    [...where.matchAll(/`(kernel\/[\w/]+\.ts)`/g)].map(([, file]) => file as string),
  );
  expect(files.length).toBeGreaterThan(8);
  for (const file of files) expect(() => read(`src/${file}`)).not.toThrow();
});
