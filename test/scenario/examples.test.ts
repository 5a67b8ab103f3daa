import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { errnoName } from '../../src/abi/errno.js';
import { DISPOSITION_SHIFT, Disposition, OUTCOME_MASK, Outcome } from '../../src/abi/verdict.js';
import { Model } from '../../src/kernel/model.js';
import { profileNamed } from '../../src/kernel/profile.js';
import { Trace } from '../../src/kernel/trace.js';
import { errnoOf } from '../../src/kernel/verdict.js';
import { parseScenario, type Scenario } from '../../src/scenario/parse_scenario.js';
import { starterScenario } from '../../src/scenario/starter.js';

const directory = new URL('../../examples/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, directory), 'utf8');
const files = readdirSync(directory).filter((file) => file.endsWith('.yaml'));
const texts = new Map([...files.map((file) => [file, read(file)] as const), ['starter', starterScenario()]]);

interface Answer {
  readonly outcome: Outcome;
  readonly disposition: Disposition;
  readonly errno: string | null;
}

function answers({ world, requests }: Scenario, profile = world.profile): Answer[] {
  const model = new Model({ ...world, profile });
  return requests.map(({ request }) => {
    const byte = model.ask(request);
    const outcome = byte & OUTCOME_MASK;
    // An LSM's refusal of a token, and a liberty, has its own errno, which the verdict byte does not hold.
    const result = model.call(request, new Trace());
    const isOwn = outcome === Outcome.CREATE_LSM_REFUSED || outcome === Outcome.LIBERTY_NOT_GRANTED;
    const errno = isOwn ? errnoName(result) : errnoOf(outcome);
    return { outcome, disposition: byte >> DISPOSITION_SHIFT, errno };
  });
}

const asked = [...texts].map(([file, text]) => {
  const scenario = parseScenario(text, file);
  return { file, scenario, given: answers(scenario) };
});

describe.each(asked)('$file', ({ scenario, given }) => {
  test('every request has an expectation, and it holds', () => {
    expect(scenario.requests.length).toBeGreaterThan(0);
    for (const [i, { line, expect: expected }] of scenario.requests.entries()) {
      const { outcome, disposition, errno } = given[i] as Answer;
      const at = `line ${line}: ${Outcome[outcome]}, ${Disposition[disposition]}`;
      expect(expected, at).toBeDefined();
      expect(errno === null, at).toBe(expected?.allowed);
      if (expected?.errno !== undefined) expect(errno, at).toBe(expected.errno);
      if (expected?.outcome !== undefined) expect(outcome, at).toBe(expected.outcome);
      if (expected?.disposition !== undefined) expect(disposition, at).toBe(expected.disposition);
    }
  });

  test('has nothing to warn of', () => {
    expect(scenario.warnings).toEqual([]);
  });
});

const fleet = asked.find(({ file }) => file === 'fleet.yaml') as (typeof asked)[number];

test('the fleet shows every outcome a scenario can reach, but for those of SELinux, which it does not have', () => {
  const unreachable = new Set([
    Outcome.CREATE_LSM_REFUSED,
    Outcome.NO_SUCH_TASK,
    Outcome.NO_SUCH_TOKEN,
    Outcome.BAD_ROW,
    Outcome.UNDECIDED,
    Outcome.FD_EBADF,
    Outcome.NOT_BPFFS_ROOT,
  ]);
  const all = Object.values(Outcome).filter((value): value is Outcome => typeof value === 'number');
  const shown = new Set(fleet.given.map(({ outcome }) => outcome));
  expect(all.filter((outcome) => !unreachable.has(outcome) && !shown.has(outcome)).map((o) => Outcome[o])).toEqual([]);
});

test('the examples show every disposition; only v12 drops a token for its user namespace', () => {
  const all = Object.values(Disposition).filter((value): value is Disposition => typeof value === 'number');
  const shown = (given: readonly Answer[]) => new Set(given.map(({ disposition }) => disposition));
  const missing = all.filter((disposition) => !shown(fleet.given).has(disposition));
  expect(missing).toEqual([Disposition.DROPPED_USERNS]);
  const v12 = asked.find(({ file }) => file === 'review-v12.yaml') as (typeof asked)[number];
  expect(shown(v12.given)).toContain(Disposition.DROPPED_USERNS);
});

test("an ancestor's call with the container's token is where v12 answers the fleet otherwise", () => {
  const { requests } = fleet.scenario;
  const taskOf = (i: number) => fleet.scenario.world.tasks[requests[i]?.request.task ?? -1]?.name;
  const v12 = answers(fleet.scenario, profileNamed('v12'));
  const used = fleet.given.flatMap(({ errno }, i) =>
    errno !== v12[i]?.errno ? [[taskOf(i), errno, v12[i]?.errno]] : [],
  );
  expect(used).toContainEqual(['host-agent', null, 'EPERM']);
  expect(used).toContainEqual(['host-root', 'EPERM', null]);
});

test('the review files differ in profile, comments and expectations only', () => {
  const [v11, v12, merged] = ['v11', 'v12', 'linux-6.12'].map((profile) => {
    const text = read(`review-${profile}.yaml`);
    expect(text).toContain(`\nprofile: ${profile}\n`);
    return text
      .replace(/^#.*\n/gm, '')
      .replace(/^profile: .*$/m, '')
      .replace(/^ {4}expect: .*$/gm, '');
  });
  expect(v12).toBe(v11);
  expect(merged).toBe(v11);
});

test('the review files answer the question differently', () => {
  const errnos = (profile: string) =>
    asked.find(({ file }) => file === `review-${profile}.yaml`)?.given.map(({ errno }) => errno);
  expect(errnos('v12')).not.toEqual(errnos('v11'));
  expect(errnos('linux-6.12')).not.toEqual(errnos('v11'));
  expect(errnos('linux-6.12')).not.toEqual(errnos('v12'));
});
