import type { Command } from 'commander';
import { writeWhole } from '../../batch/output/sink.js';
import { linesOf, type Source } from '../../dialects/source_text.js';
import { NEWEST_PROFILE, type Profile } from '../../kernel/profile.js';
import { applyFixes } from '../../lint/apply_fixes.js';
import type { LintFinding } from '../../lint/finding.js';
import { type LintResult, lint, lintReading } from '../../lint/lint.js';
import { RULES } from '../../lint/rules.js';
import { type LintRun, lintJson } from '../../report/lint_json.js';
import { lintSarif } from '../../report/lint_sarif.js';
import { disabledText, findingText, lintSummary } from '../../report/lint_text.js';
import { ScenarioError } from '../../scenario/parse_scenario.js';
import { scenarioDelegations } from '../../scenario/scenario_delegations.js';
import { defineCommand } from '../define_command.js';
import { type FileGroup, readDialectFiles } from '../dialect_files.js';
import { EXIT, InputError } from '../exit.js';
import { withInterrupt } from '../interrupt.js';
import type { OptionsOf } from '../options/option.js';
import type { OPTIONS } from '../options/table.js';
import { writeJson, writeText } from '../output.js';
import { packageVersion } from '../package_version.js';
import { isScenario, NAMES_FILES, readerBeside } from '../scenario_file.js';
import { styleFor } from '../terminal.js';
import { isOfUtf8 } from '../text_of_bytes.js';

type LintCommandOptions = OptionsOf<typeof OPTIONS.lint>;

/** Rounds of fixes: one that is made can show the next. */
const MAX_ROUNDS = 10;

/** A file, as it is after its fixes. */
interface LintedFile {
  readonly path: string;
  readonly source: Source;
  readonly isChanged: boolean;
}

/** Files that were looked at together. */
interface LintedGroup {
  readonly files: readonly LintedFile[];
  readonly result: LintResult;
  /** The kernel that they are for. */
  readonly profile: Profile;
  readonly fixed: readonly LintFinding[];
}

/** `bpftoken lint`: what in scenarios and files of other tools does nothing, fails, or allows more than it seems to. */
export function lintCommand(program: Command): void {
  defineCommand(program, 'lint').action(async (paths: readonly string[], options: LintCommandOptions) => {
    if (options.fix && paths.includes('-'))
      throw new InputError('--fix changes files: it cannot change standard input');
    const linted: LintedGroup[] = [];
    const mistaken: ScenarioError[] = [];
    const groups = readDialectFiles(paths);
    if (options.fix) refuseOtherEncodings(groups);
    for (const group of groups) {
      const isOwn = options.dialect === undefined && isScenario(group.source.text);
      try {
        linted.push(isOwn ? await lintScenario(group, options) : lintGroup(group, options));
      } catch (error) {
        if (!(error instanceof ScenarioError)) throw error;
        mistaken.push(error);
      }
    }
    // Nothing is written before every file was read.
    const files = new Map(linted.flatMap((group) => group.files.map((file) => [file.path, file] as const)));
    const changed = [...files.values()].filter(({ isChanged }) => isChanged);
    await withInterrupt(async (signal) => {
      for (const { path, source } of changed) await writeWhole(path, source.text, { signal });
    });
    const run: LintRun = {
      profile: [...new Set(linted.map(({ profile }) => profile.name))].join(', '),
      files: files.size,
      findings: onceEach(
        linted.flatMap(({ result }) => result.findings),
        itself,
      ),
      disabled: onceEach(
        linted.flatMap(({ result }) => result.disabled),
        ({ finding }) => finding,
      ),
      fixed: onceEach(
        linted.flatMap(({ fixed }) => fixed),
        itself,
      ),
    };
    if (options.sarif) writeJson(process.stdout, lintSarif(run, RULES, packageVersion()));
    else if (options.json) writeJson(process.stdout, lintJson(run));
    else writeText(process.stdout, lintText(run, linted));
    const isUnread = linted.some(({ result }) => result.reading.files.some(({ status }) => status === 'failed'));
    const isClean = run.findings.every(({ severity }) => severity === 'suggestion');
    process.exitCode = isUnread ? EXIT.BAD_INPUT : isClean ? EXIT.OK : EXIT.NEGATIVE;
    // What the others have is told all the same.
    if (mistaken.length > 0) throw new ScenarioError(mistaken.flatMap(({ diagnostics }) => diagnostics));
  });
}

/** A file that is not UTF-8 would be written with other bytes than it has. */
function refuseOtherEncodings(groups: readonly FileGroup[]): void {
  for (const { file, text } of groups.flatMap(({ source, attached }) => [source, ...attached])) {
    if (!isOfUtf8(text))
      throw new InputError(`${file}: --fix needs a file in UTF-8: this one has other bytes`, { file });
  }
}

/** Looks at the bpffs of a scenario, for its own kernel unless another is named. Its text is not mended. */
async function lintScenario({ source, paths }: FileGroup, options: LintCommandOptions): Promise<LintedGroup> {
  const { kernel, owner, selinux } = options;
  const path = paths[0] as string;
  const readFile = NAMES_FILES.test(source.text) ? await readerBeside(path) : undefined;
  const { profile: own, account, delegations } = scenarioDelegations(source, { readFile });
  const profile = kernel ?? own;
  const reading = { format: 'scenario', files: [account], delegations } as const;
  const { findings, ...rest } = lintReading(reading, [source], { profile, owner, selinux });
  const result = { ...rest, findings: findings.map(({ fix: _, ...finding }) => finding) };
  return { files: [{ path, source, isChanged: false }], result, profile, fixed: [] };
}

function lintGroup({ source, attached, paths }: FileGroup, options: LintCommandOptions): LintedGroup {
  const { dialect, owner, selinux, systemd, manager, fix } = options;
  const profile = options.kernel ?? NEWEST_PROFILE;
  const lintOptions = { format: dialect, profile, owner, selinux, systemd, manager };
  const look = ([first, ...others]: readonly Source[]) => lint(first as Source, lintOptions, others);
  let current: readonly Source[] = [source, ...attached];
  let result = look(current);
  const fixed: LintFinding[] = [];
  for (let round = 0; fix && round < MAX_ROUNDS; round++) {
    const mended = current.map((one) => ({ file: one.file, ...applyFixes(one, result.findings) }));
    if (mended.every((one, i) => one.text === current[i]?.text)) break;
    const next = mended.map(({ file, text }) => ({ file, text }));
    const nextResult = look(next);
    // What was read has to be read after it, too.
    if (nextResult.reading.files.some(({ status }, i) => status === 'failed' && !hasFailed(result, i))) break;
    fixed.push(...mended.flatMap((one) => one.fixed));
    current = next;
    result = nextResult;
  }
  const before = [source, ...attached];
  const files = current.map((one, i) => ({
    path: paths[i] as string,
    source: one,
    isChanged: one.text !== before[i]?.text,
  }));
  return { files, result, profile, fixed };
}

function hasFailed({ reading }: LintResult, file: number): boolean {
  return reading.files[file]?.status === 'failed';
}

/** Findings of a file that several groups share, once. */
function onceEach<Item>(items: readonly Item[], findingOf: (item: Item) => LintFinding): readonly Item[] {
  const seen = new Map(
    items.map((item) => {
      const { file, line, column, code, message } = findingOf(item);
      return [`${file}:${line}:${column} ${code} ${message}`, item] as const;
    }),
  );
  return [...seen.values()];
}

const itself = (finding: LintFinding): LintFinding => finding;

function lintText({ findings, disabled, fixed, files }: LintRun, linted: readonly LintedGroup[]): string {
  const style = styleFor(process.stdout);
  const texts = new Map(
    linted.flatMap((group) => group.files.map(({ source }) => [source.file, source.text] as const)),
  );
  const lines = new Map([...texts].map(([file, text]) => [file, linesOf(text)] as const));
  const shown = [
    ...fixed.map(({ file, line, column, code }) => `${file}:${line}:${column}: ${style.good('fixed')}: ${code}`),
    ...findings.flatMap((finding) => findingText(finding, lines.get(finding.file)?.[finding.line - 1] ?? '', style)),
    ...disabled.map((one) => disabledText(one, style)),
  ];
  return [...shown, lintSummary(findings, files)].map((line) => `${line}\n`).join('');
}
