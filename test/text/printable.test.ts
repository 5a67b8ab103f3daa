import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as cliErrors from '../../src/batch/errors.js';
import { InputError } from '../../src/cli/exit.js';
import { writeText } from '../../src/cli/output.js';
import { RecordingError } from '../../src/conformance/errors.js';
import { FieldError } from '../../src/conformance/record_fields.js';
import { ScenarioError } from '../../src/diagnostics/diagnostics.js';
import { UnknownFormatError } from '../../src/dialects/errors.js';
import { CannotExpressError } from '../../src/dialects/write/errors.js';
import { createEvaluator } from '../../src/engine/evaluator.js';
import { AttachmentLimitError } from '../../src/engine/workspaces.js';
import * as errors from '../../src/errors.js';
import { droppedTokenTest } from '../../src/explain/dropped_token.js';
import { explain } from '../../src/explain/explain.js';
import { HostError } from '../../src/host/errors.js';
import { OUTCOMES } from '../../src/kernel/verdict.js';
import type { World } from '../../src/kernel/world.js';
import { quote } from '../../src/names/unknown_name.js';
import { PatternError } from '../../src/policy/errors.js';
import { BpfObjectError } from '../../src/programs/object_error.js';
import { explainText } from '../../src/report/explain_text.js';
import { matrixText } from '../../src/report/matrix_text.js';
import { PLAIN } from '../../src/report/style.js';
import { summaryText } from '../../src/report/summary_text.js';
import { parseScenario } from '../../src/scenario/parse_scenario.js';
import { RequestTableError } from '../../src/tables/request_table.js';
import { jsonText, printable, quoted, shortened } from '../../src/text/printable.js';
import { PoolError, WorkerCrashedError } from '../../src/workers/errors.js';
import { anyCharacter } from '../any_character.js';
import { forgedLines, HOSTILE, hiddenIn, WITH_NUL } from '../cli/hostile.js';
import { ROOT } from '../cli/run_cli.js';

describe('printable', () => {
  test.each([
    ['\u001b[31m', '\\x1b[31m'],
    ['a\nb\rc\td', 'a\\nb\\rc\\td'],
    ['\u0000\u007f\u009b', '\\x00\\x7f\\x9b'],
    ['\u202e\u2066\u061c\u200b\u2060\ufeff', '\\u{202e}\\u{2066}\\u{61c}\\u{200b}\\u{2060}\\u{feff}'],
    ['\u2028\u2029', '\\u{2028}\\u{2029}'],
    ['a\ud800b\udc00', 'a\\u{d800}b\\u{dc00}'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\u3164\u00ad', '\\u{3164}\\xad'],
  ])('%j is shown as %s', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  test.each(['plain "text" \\ with\u00a0spaces', '名前', 'Ελληνικά عربى', '👍🏽 ❤️ 🇪🇺', 'e\u0301'])(
    '%s stays as it is',
    (text) => {
      expect(printable(text)).toBe(text);
    },
  );

  test('nothing hidden is left of any text, and a printable one does not change', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (text) => {
        const shown = printable(text);
        expect(hiddenIn(shown)).toEqual([]);
        expect(shown).not.toContain('\n');
        expect(printable(shown)).toBe(shown);
      }),
    );
  });
});

test('JSON means the same with what is hidden escaped', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter })),
      fc.constantFrom(0, 2),
      (value, indent) => {
        const text = jsonText(value, indent);
        expect(hiddenIn(text)).toEqual([]);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      },
    ),
  );
});

test('a text that is shortened has no half of a character at its end', () => {
  expect(shortened('ab👍', 3)).toBe('ab...');
  expect(shortened('ab👍', 4)).toBe('ab👍');
  expect(quoted('say "x" \\\n', 60)).toBe('"say \\"x\\" \\\\\\n"');
});

test('what was missed is escaped where it is written, also on a terminal, whose styles stay', () => {
  const text = `\u001b[31mred\u001b[39m ${HOSTILE.replaceAll('\u001b[31m', '\u001b]0;title\u0007')}\n`;
  for (const isTTY of [true, false]) {
    let out = '';
    writeText({ isTTY, write: (part) => (out += part) }, text);
    const styles = isTTY ? ['1b'] : [];
    expect(hiddenIn(out)).toEqual(styles);
    expect(out.split('\u001b').length - 1).toBe(isTTY ? 2 : 0);
  }
});

describe('the message of every error class is printable', () => {
  const H = WITH_NUL;
  const problem = { kind: 'bad_json', line: 1, message: H, nearest: H } as const;
  const complaint = { message: H, expected: H, nearest: H };
  const made: Readonly<Record<string, () => Error>> = {
    CannotExpressError: () => new CannotExpressError(H, [H]),
    UnknownFormatError: () => new UnknownFormatError(H),
    UnknownNameError: () => new errors.UnknownNameError(H, H, complaint),
    InvalidRequestError: () => new errors.InvalidRequestError(H, H),
    InvalidSpecError: () => new errors.InvalidSpecError(H, H),
    WorldTooLargeError: () => new errors.WorldTooLargeError(H, 1, 2),
    ColumnLengthError: () => new errors.ColumnLengthError(H, 1, 2),
    ColumnTypeError: () => new errors.ColumnTypeError(H, H, H),
    HooksNotSupportedError: () => new errors.HooksNotSupportedError([H]),
    NarrowingNotSupportedError: () => new errors.NarrowingNotSupportedError(H),
    NotSharedError: () => new errors.NotSharedError(),
    DisposedError: () => new errors.DisposedError(H),
    BatchFileError: () => new cliErrors.BatchFileError('read', H, new Error(H)),
    BadRowError: () => new cliErrors.BadRowError(H, problem),
    TooManyGroupsError: () => new cliErrors.TooManyGroupsError(H),
    AbortError: () => new errors.AbortError(new Error(H)),
    InputError: () => new InputError(H),
    RecordingError: () => new RecordingError(H, 1, 2, new FieldError([H], H, { [H]: H }).message),
    RequestTableError: () => new RequestTableError(H, 1, H, H),
    PoolError: () => new PoolError('CLOSED', H),
    WorkerCrashedError: () => new WorkerCrashedError(new Error(H)),
    HostError: () => new HostError(H),
    PatternError: () => new PatternError(H, 1, H),
    AttachmentLimitError: () => new AttachmentLimitError(),
    ColumnMemoryError: () => new errors.ColumnMemoryError(H, H),
    InvalidArgumentError: () => new errors.InvalidArgumentError(H, H),
    TableChangedError: () => new errors.TableChangedError(H, H),
    BpfObjectError: () => new BpfObjectError(0, H),
    ScenarioError: () => new ScenarioError([{ file: H, line: 1, column: 2, message: H }]),
  };
  test('every class is looked at, and is a BpfTokenSimError', () => {
    const folder = join(ROOT, 'src');
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const found = sources.flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/class (\w+) extends BpfTokenSimError\b/g)].map(
        ([, own = '']) => own,
      ),
    );
    expect(found.sort()).toEqual(Object.keys(made).sort());
    for (const [name, make] of Object.entries(made)) {
      expect([name, make() instanceof errors.BpfTokenSimError]).toEqual([name, true]);
    }
  });

  test.each(Object.entries(made))('%s', (_, make) => {
    const { message } = make();
    expect(hiddenIn(message)).toEqual([]);
    expect(message).not.toContain('\n');
  });

  test('one of several problems has a line for each', () => {
    const one = { file: H, line: 1, column: 2, message: H };
    expect(new ScenarioError([one, one]).message.split('\n')).toHaveLength(2);
    expect(hiddenIn(quote(H))).toEqual([]);
  });
});

test('reports of a world whose names are hostile', () => {
  const { world, requests } = parseScenario(`
profile: linux-6.12
userns: { u: { owner: 1000 }, v: { parent: u } }
bpffs: { b: { userns: u, delegate_cmds: any, delegate_maps: any } }
tasks: { a: { userns: u, euid: 1000, caps: [CAP_BPF] }, b: { userns: v, caps: all }, c: {} }
tokens: { t: { bpffs: b } }
requests:
  - { task: a, token: t, cmd: prog_load, prog_type: kprobe }
  - { task: b, token: t, cmd: map_create, map_type: hash }
  - { task: c, cmd: btf_load }
  - { task: a, cmd: map_create, map_type: hash }
  - { task: a, cmd: token_create, bpffs: b }
`);
  const renamed = <Spec extends { readonly name: string }>(specs: readonly Spec[]): Spec[] =>
    specs.map((spec, i) => ({ ...spec, name: `${HOSTILE}${i}` }));
  const hostile: World = {
    ...world,
    profile: { ...world.profile, name: HOSTILE },
    userns: renamed(world.userns),
    bpffs: renamed(world.bpffs),
    tasks: renamed(world.tasks),
    tokens: renamed(world.tokens),
  };
  const evaluator = createEvaluator(hostile);
  const matrix = (task: number) => ({
    world: hostile,
    task,
    token: 0,
    verdicts: evaluator.permissionTable(task, 0),
    failedByDroppedToken: droppedTokenTest(hostile),
    comparisons: [{ profile: hostile.profile.name, differences: [] }],
  });
  const counts = {
    rows: 3,
    verdicts: Float64Array.from({ length: 256 }, (_, byte) => (byte < 3 ? 1 : 0)),
    tasks: Float64Array.from({ length: OUTCOMES * 4 }, (_, i) => (i % OUTCOMES < 3 ? 1 : 0)),
    elapsedMs: 1,
  };
  const texts = [
    ...requests.map(({ request }) => explainText(explain({ world: hostile, request }))),
    ...[0, 1, 2].map((task) => matrixText(matrix(task), PLAIN)),
    summaryText(hostile, counts, PLAIN),
  ];
  for (const text of texts) {
    expect(hiddenIn(text)).toEqual([]);
    expect(forgedLines(text)).toEqual([]);
  }
  evaluator.dispose();
});
