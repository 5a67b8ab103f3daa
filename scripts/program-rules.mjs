// Makes src/abi/program_rules.generated.ts of recordings/programs-linux-RELEASE.ndjson.gz: npm run program-rules
//
// Which helpers a program is offered, and which capabilities decide it. For each program (type, attach type, target, sleepable) and helper, the
// simplest rule is kept that answers every recorded caller as the kernel did. Where several rules fit, because a program of the type does not load
// without a capability, that of the same helper in socket_filter is taken, which loads without any: both come from bpf_base_func_proto().
// Throws where no rule fits: then the model lacks one.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const generated = join(root, 'src/abi/program_rules.generated.ts');

/** The rules, simplest first, by the letter that stands for them: see src/kernel/verifier/capability_rule.ts. */
const RULES = {
  '-': () => false,
  a: () => true,
  b: ({ bpf }) => bpf,
  p: ({ perfmon }) => perfmon,
  B: ({ bpf, perfmon }) => bpf && perfmon,
  s: ({ sysAdmin }) => sysAdmin,
  S: ({ sysAdmin, isInit }) => sysAdmin && isInit,
};

/** What a caller has where its program's token, or the initial namespace, is asked. */
function capabilitiesOf({ caps, userns, token }) {
  const isInit = userns === 'init' && !token;
  const counts = isInit || token;
  const sysAdmin = counts && caps.includes('CAP_SYS_ADMIN');
  const has = (cap) => sysAdmin || (counts && caps.includes(cap));
  return { isInit, sysAdmin, bpf: has('CAP_BPF'), perfmon: has('CAP_PERFMON') };
}

function recordsOf(release) {
  const file = join(root, `recordings/programs-linux-${release}.ndjson.gz`);
  const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n');
  return lines.map((line) => JSON.parse(line)).filter(({ family }) => family === 'helpers');
}

const keyOf = ({ prog_type, expected_attach_type, attach_target, sleepable }) =>
  JSON.stringify([prog_type, expected_attach_type, attach_target, sleepable]);

/** The rules of every helper that fit all records of a program. */
function fittingRules(records, helpers) {
  const loaded = records.filter(({ load_errno: errno }) => errno === null);
  if (loaded.length === 0) return undefined;
  const asked = loaded.map((record) => ({ caps: capabilitiesOf(record), permitted: new Set(record.permitted) }));
  return helpers.map((id) =>
    Object.keys(RULES).filter((rule) => asked.every(({ caps, permitted }) => RULES[rule](caps) === permitted.has(id))),
  );
}

/** One letter for each helper. */
function listOf(key, fitting, base) {
  return fitting
    .map((rules, i) => {
      if (rules.length === 0) throw new Error(`${key}: no rule fits helper ${i + 1}`);
      const own = base?.[i];
      return rules.includes(own) ? own : rules[0];
    })
    .join('');
}

/** Ids of helpers that some records have. */
function unionOf(records, field) {
  return [...new Set(records.flatMap((record) => record[field]))].sort((a, b) => a - b);
}

function rulesOf(release, lists) {
  const records = recordsOf(release);
  const names = JSON.parse(readFileSync(join(root, `vocabulary/${release}.json`), 'utf8')).helpers;
  const ids = Object.values(names).filter((id) => id > 0);
  const helpers = Array.from({ length: Math.max(...ids) }, (_, i) => i + 1);
  const gpl = unionOf(records, 'gpl_restricted');
  const programs = new Map();
  for (const record of records) {
    const key = keyOf(record);
    programs.set(key, [...(programs.get(key) ?? []), record]);
  }
  const fitting = new Map([...programs].map(([key, own]) => [key, fittingRules(own, helpers)]));
  const base = listOf('socket_filter', fitting.get(JSON.stringify([1, 0, null, false])), undefined);
  const numberOf = (list) => {
    if (!lists.has(list)) lists.set(list, lists.size);
    return lists.get(list);
  };
  const rows = [...programs].flatMap(([key, own]) => {
    const rules = fitting.get(key);
    if (!rules) return [];
    const disallowed = unionOf(own, 'target_disallows');
    // The same helper can have another form in one type, for programs of every licence.
    const restricted = new Set(unionOf(own, 'gpl_restricted'));
    const unlicensed = unionOf(
      own.filter(({ gpl: isGpl }) => !isGpl),
      'permitted',
    );
    const anyLicence = unlicensed.filter((id) => gpl.includes(id) && !restricted.has(id));
    return [[...JSON.parse(key), numberOf(listOf(key, rules, base)), disallowed, anyLicence]];
  });
  return { release, gpl, mightSleep: unionOf(records, 'needs_sleepable'), rows };
}

const releases = readdirSync(join(root, 'recordings'))
  .flatMap((name) => /^programs-linux-(\d+\.\d+)\.ndjson\.gz$/.exec(name)?.[1] ?? [])
  .sort((a, b) => a.split('.')[0] - b.split('.')[0] || a.split('.')[1] - b.split('.')[1]);
const lists = new Map();
const rules = releases.map((release) => rulesOf(release, lists));
const newest = JSON.parse(readFileSync(join(root, `vocabulary/${releases.at(-1)}.json`), 'utf8')).helpers;
const helpers = Object.entries(newest).filter(([, id]) => id > 0);
for (const release of releases) {
  const own = JSON.parse(readFileSync(join(root, `vocabulary/${release}.json`), 'utf8')).helpers;
  for (const [name, id] of Object.entries(own))
    if (newest[name] !== id) throw new Error(`${release}: ${name} is not where it was`);
}
const text = `// Generated by scripts/program-rules.mjs of recordings/programs-linux-*.ndjson.gz; do not edit.

/** Names of helpers by id, from 1: enum bpf_func_id without its prefix. */
export const HELPER_NAMES: readonly string[] = ${JSON.stringify(helpers.map(([name]) => name.replace(/^BPF_FUNC_/, '')))};

/** A rule for each helper, by id from 1: a letter of CAPABILITY_RULES. Helpers past the end are not offered. */
export const HELPER_LISTS: readonly string[] = [
${[...lists.keys()].map((list) => `  '${list}',`).join('\n')}
];

/**
 * A program: type, attach type (of struct_ops the member), target, whether it sleeps, list of HELPER_LISTS, helpers that the target disallows,
 * helpers of \`gpl\` that it is offered under any licence.
 */
export type ProgramRow = readonly [number, number, string | null, boolean, number, readonly number[], readonly number[]];

/** What a release offers. \`gpl\`: helpers for programs under the GPL alone; \`mightSleep\`: for programs that sleep alone. */
export interface ReleasePrograms {
  readonly release: string;
  readonly gpl: readonly number[];
  readonly mightSleep: readonly number[];
  readonly rows: readonly ProgramRow[];
}

/** By release, oldest first. */
export const PROGRAM_RULES: readonly ReleasePrograms[] = [
${rules
  .map(
    ({ release, gpl, mightSleep, rows }) => `  {
    release: '${release}',
    gpl: ${JSON.stringify(gpl)},
    mightSleep: ${JSON.stringify(mightSleep)},
    rows: [
${rows.map((row) => `      ${JSON.stringify(row)},`).join('\n')}
    ],
  },`,
  )
  .join('\n')}
];
`;
writeFileSync(generated, text);
process.stdout.write(
  `${releases.join(', ')}: ${lists.size} lists, ${rules.map(({ rows }) => rows.length).join(' + ')} programs\n`,
);
