import { CAP_SYS_ADMIN } from '../../abi/capabilities.js';
import { Outcome } from '../../abi/verdict.js';
import type { Source } from '../../dialects/source_text.js';
import { grouped } from '../../grouped.js';
import { nearestProfile } from '../../kernel/nearest_profile.js';
import { NEWEST_PROFILE, type Profile } from '../../kernel/profile.js';
import { KIND_LABEL, nearestName } from '../../names/spelling.js';
import type { BpfAnswer } from './bpf_answer.js';
import { BpfCalls } from './bpf_calls.js';
import { cloneFlags } from './clone_flags.js';
import { EvaluatedContexts } from './evaluated_contexts.js';
import { Evidence } from './evidence.js';
import { applyFileCall } from './file_calls.js';
import { answeredInFront, errnoHint, mountHint } from './in_front.js';
import { meaningOf } from './libbpf_messages.js';
import type { LineNotes } from './line_notes.js';
import { type LoaderStep, LoaderSteps } from './loader_steps.js';
import { logAssumptions } from './log_assumptions.js';
import type { LogEvent, LoggedCall } from './log_events.js';
import type {
  ExplainedCall,
  ExplainedMessage,
  ExplainedMountCall,
  LogExplanation,
  LogOptions,
} from './log_explanation.js';
import type { ForkOf, LogProcess } from './log_process.js';
import { type GivenStart, LogState } from './log_state.js';
import { loggedBpf } from './logged_bpf.js';
import { type MountAnswer, MountCalls } from './mount_calls.js';
import { applyProcessCall } from './process_calls.js';
import { accountOf, type ReadLog, readLog } from './read_log.js';

/** Passes over a log, of which each learns from the one before. */
const MAX_PASSES = 6;

/**
 * Reads a log of strace, rebuilds what it shows of processes, mounts and tokens, and compares each bpf() call with what the simulator answers.
 * What the log does not show follows from the answers of the kernel, or is assumed; both are said. Throws nothing.
 */
export function explainLog(source: Source, options: LogOptions = {}): LogExplanation {
  const log = readLog(source);
  const named = kernelOf(log.events);
  const profile = options.profile ?? (named === undefined ? NEWEST_PROFILE : nearestProfile(named).profile);
  const evidence = new Evidence();
  const evaluated = new EvaluatedContexts();
  const forks = forksOf(log.events);
  const hasNoTokens = options.profile === undefined && named !== undefined && isBeforeTokens(named);
  const known = { log, profile, evidence, evaluated, forks, start: options.start, hasNoTokens };
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const before = evidence.version;
    new LogRun({ ...known, notes: undefined }).run();
    if (evidence.version === before) break;
  }
  const last = new LogRun({ ...known, notes: log.notes });
  last.run();
  const messages = messagesOf(log);
  const calls = explained(profile, last.answers);
  const assumptions = logAssumptions({
    profile,
    given: options,
    named,
    evidence,
    calls,
    mountCalls: last.mountCalls,
    state: last.state,
  });
  return {
    profile,
    account: accountOf(log),
    calls,
    mountCalls: last.mountCalls,
    messages,
    assumptions,
    state: last.state,
  };
}

interface RunOptions {
  readonly log: ReadLog;
  readonly profile: Profile;
  readonly evidence: Evidence;
  readonly evaluated: EvaluatedContexts;
  readonly forks: ReadonlyMap<number, ForkOf>;
  readonly start: GivenStart | undefined;
  /** The kernel is older than 6.9. */
  readonly hasNoTokens: boolean;
  /** Where it is told what cannot be read: on the last pass. */
  readonly notes: LineNotes | undefined;
}

/** One pass over a log. */
class LogRun {
  readonly state: LogState;
  readonly answers: BpfAnswer[] = [];
  readonly mountCalls: ExplainedMountCall[] = [];
  readonly #options: RunOptions;
  readonly #mounts: MountCalls;
  readonly #bpf: BpfCalls;

  constructor(options: RunOptions) {
    const { evidence, forks, start, profile, evaluated } = options;
    this.#options = options;
    this.state = new LogState(evidence, forks, start);
    this.#mounts = new MountCalls(profile, this.state);
    this.#bpf = new BpfCalls(profile, this.state, evaluated, options.hasNoTokens);
  }

  run(): void {
    for (const event of this.#options.log.events) {
      if (event.kind === 'attached') this.state.attached(event.pid);
      if (event.kind === 'start') this.state.process(event.pid);
      if (event.kind === 'exit') this.state.ended(event.pid);
      if (event.kind === 'call') this.#call(event);
    }
  }

  #call(call: LoggedCall): void {
    const process = this.state.process(call.pid);
    if (call.name === 'bpf') this.#bpfCall(call);
    else this.#otherCall(process, call);
  }

  #otherCall(process: LogProcess, call: LoggedCall): void {
    const answer = this.#mounts.apply(process, call);
    if (answer) {
      const { result, at } = call;
      const isKnown = result.errno !== null || result.value !== null;
      const agreement = !isKnown ? 'not_compared' : result.errno === answer.errno ? 'agrees' : 'disagrees';
      const hint = mountHint(answer.what, result.errno);
      if (agreement === 'disagrees') this.#learnOfMount(process, call, answer);
      if (this.mountCalls.length < MAX_MOUNT_CALLS) {
        this.mountCalls.push({ ...answer, at, process: process.name, logged: result.errno, agreement, hint });
      }
    }
    applyFileCall(this.state, process, call);
    applyProcessCall(this.state, process, call);
  }

  /** Options of a delegation can be set from the initial user namespace alone. */
  #learnOfMount(process: LogProcess, { result, at }: LoggedCall, { errno }: MountAnswer): void {
    const { evidence, isGiven } = this.state;
    if (!process.isAtStart || isGiven) return;
    if (result.errno === null && errno === 'EPERM') evidence.startsIn(process.root, 'init', at.line);
    else if (result.errno === 'EPERM' && !process.cred.isShown) {
      evidence.lacksCapability(process.root, CAP_SYS_ADMIN);
    }
  }

  #bpfCall(call: LoggedCall): void {
    const { profile, notes } = this.#options;
    const { at } = call;
    const bpf = loggedBpf(profile, call, ({ kind, word }) => {
      const nearest = nearestName(profile.vocabulary, kind, word);
      const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
      notes?.warn(at, 'bpf', `${profile.name} has no ${KIND_LABEL[kind]} ${word.slice(0, 60)}${hint}`, nearest);
    });
    if (!bpf) {
      notes?.warn({ line: at.line, column: at.column + 4 }, 'bpf', 'the command of bpf() cannot be told');
      return;
    }
    const process = this.state.process(call.pid);
    this.answers.push(this.#bpf.answer(process, call, bpf, notes === undefined));
  }
}

const MAX_MOUNT_CALLS = 100_000;

function explained(profile: Profile, answers: readonly BpfAnswer[]): readonly ExplainedCall[] {
  const byProcess = grouped(answers, ({ process }) => process);
  const steps = new Map<BpfAnswer, LoaderStep | undefined>();
  for (const own of byProcess.values()) {
    const found = new LoaderSteps(profile, own).steps();
    for (const [i, answer] of own.entries()) steps.set(answer, found[i]);
  }
  return answers.map((answer) => ({
    ...answer,
    step: steps.get(answer),
    inFront: answer.agreement === 'disagrees' ? answeredInFront(profile, answer) : [],
    hint: hintOf(profile, answer),
  }));
}

function hintOf({ vocabulary }: Profile, { agreement, result, call, descriptor }: BpfAnswer): string | undefined {
  const isToken = vocabulary.nameOf('cmds', call.cmd) === 'token_create';
  if (isToken && result.errno === 'EINVAL' && descriptor?.outcome !== Outcome.UNKNOWN_CMD) {
    return 'the initial user namespace would be EOPNOTSUPP; a kernel older than 6.9 has no command 36, and answers EINVAL too';
  }
  return agreement === 'agrees' ? undefined : errnoHint(result.errno);
}

function messagesOf({ events, notes }: ReadLog): readonly ExplainedMessage[] {
  return events.flatMap((event) => {
    if (event.kind === 'call') return uncovered(event);
    if (event.kind !== 'message') return [];
    const meaning = meaningOf(event.text);
    if (!meaning) return [];
    notes.explained(event.at.line);
    return [{ at: event.at, text: event.text, ...meaning }];
  });
}

/** A refused call that no token covers, although it belongs to what a program with BPF does. */
function uncovered({ name, result, at }: LoggedCall): readonly ExplainedMessage[] {
  if (name !== 'perf_event_open' || !(result.errno === 'EPERM' || result.errno === 'EACCES')) return [];
  const meaning =
    'it asks CAP_PERFMON in the initial user namespace, as perf_event_paranoid says: no token covers it (links of uprobe.multi and tp_btf do without)';
  return [{ at, text: `perf_event_open() was refused: ${result.errno}`, meaning, consequence: 'fatal' }];
}

/** Processes that others made, by their number. */
function forksOf(events: readonly LogEvent[]): ReadonlyMap<number, ForkOf> {
  const forks = new Map<number, ForkOf>();
  for (const event of events) {
    if (event.kind !== 'call' || !MAKES_PROCESS.has(event.name)) continue;
    const pid = event.result.value;
    if (pid === null || pid === 0 || pid === event.pid) continue;
    forks.set(pid, { parent: event.pid, flags: cloneFlags(event), line: event.at.line });
  }
  return forks;
}

const MAKES_PROCESS = new Set(['clone', 'clone3', 'fork', 'vfork']);

/** The kernel that the first program of the log names. */
function kernelOf(events: readonly LogEvent[]): string | undefined {
  for (const event of events) {
    if (event.kind !== 'call' || event.name !== 'bpf') continue;
    const kernel = loggedBpf(NEWEST_PROFILE, event, () => undefined)?.kernel;
    if (kernel !== undefined) return kernel;
  }
  return undefined;
}

/** Whether a kernel release has no BPF tokens: they came with 6.9. */
function isBeforeTokens(release: string): boolean {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  return major < 6 || (major === 6 && minor < 9);
}
