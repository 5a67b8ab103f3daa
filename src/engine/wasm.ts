import { MAX_MEMORY_PAGES, MEMORY_PAGES } from '../abi/memory_layout.js';
import { DECIDE_WASM_BASE64, MEMORY_FLAGS_AT, PRIVATE_FLAGS } from './decide.generated.js';

type DecideBatch = (
  workspace: number,
  rows: number,
  task: number,
  token: number,
  cmd: number,
  type: number,
  attachType: number,
  insnCnt: number,
  pre: number,
  out: number,
) => void;

/** What assembly/index.ts exports. */
export interface DecideExports {
  /** The first byte that the module does not use. */
  heapBase(): number;
  /** decide() of one instruction and no fault. */
  decideIds(task: number, token: number, cmd: number, type: number, attach: number): number;
  /** Takes the parameters of decideIds() and does nothing. */
  noop(...args: readonly number[]): number;
  decide(task: number, token: number, cmd: number, type: number, attach: number, insnCnt: number, pre: number): number;
  /** A batch by the addresses of its columns (0 for a missing one), with the workspace at an address. */
  decideBatch: DecideBatch;
  /** The same without the search for runs. */
  decideBatchInBlocks: DecideBatch;
  /** What a program cannot have that a task loads with a verdict, as CAPS_* and NEEDS_*. */
  missingForProgram(task: number, token: number, verdict: number): number;
  /** Decides what rows with a program still need, after decideBatch(). */
  withholdPrograms(
    rows: number,
    task: number,
    token: number,
    cmd: number,
    type: number,
    attachType: number,
    program: number,
    out: number,
    withheld: number,
  ): void;
  /** Writes the permission set of a task and a token to the scratch of a workspace, OUT_SIZE bytes. */
  decidePermissionSet(workspace: number, task: number, token: number): void;
  /** Writes every verdict of a task and a token to the scratch of a workspace from TABLE on, TABLE_SIZE bytes. */
  decidePermissionTable(workspace: number, task: number, token: number): void;
}

/** What assembly/table_rows.ts exports. Its addresses are in a memory that holds rows of a table, not a world. */
export interface TableRowExports {
  widenNumbers(bytes: number, isSigned: boolean, from: number, to: number, rows: number): void;
  lookUpCodes(bytes: number, numbers: number, table: number, last: number, to: number, rows: number): void;
  fillNullCodes(bytes: number, valid: number, first: number, code: number, codes: number, rows: number): void;
  joinCodes(
    rows: number,
    progAttach: number,
    linkCreate: number,
    task: number,
    token: number,
    cmd: number,
    mapType: number,
    progType: number,
    attachType: number,
    insnCnt: number,
    pre: number,
    expect: number,
    type: number,
    slow: number,
  ): number;
  countVerdicts(rows: number, task: number, verdicts: number, unknown: number, byTask: number, byVerdict: number): void;
}

/** What assembly/output_rows.ts exports. Its addresses are in a memory that holds rows of an output table. */
export interface OutputRowExports {
  writeIds(ids: number, hasEmpty: boolean, bytes: number, to: number, valid: number, rows: number): number;
  writeNames(
    numbers: number,
    cmds: number,
    readers: number,
    isZeroEmpty: boolean,
    to: number,
    valid: number,
    rows: number,
  ): number;
  writeCounts(counts: number, cmds: number, readers: number, to: number, valid: number, rows: number): number;
  writeWords(
    verdicts: number,
    isDisposition: boolean,
    table: number,
    known: number,
    to: number,
    valid: number,
    rows: number,
  ): number;
  writeRowNumbers(low: number, high: number, to: number, rows: number): void;
}

/** What assembly/text_rows.ts exports. Its addresses are in a memory that holds rows of text. */
export interface TextRowExports {
  writeTextRows(layout: number, row: number, rows: number, digits: number): number;
}

/** What assembly/page_values.ts exports. Its addresses are in a memory that holds rows of an output table. */
export interface PageValueExports {
  gatherNumbers(bytes: number, data: number, valid: number, used: number, to: number, rows: number): number;
  mapNumbers(numbers: number, table: number, count: number): void;
  writeHybrid(values: number, count: number, width: number, to: number): number;
}

/** What assembly/read_rows.ts and assembly/spellings.ts export. Their addresses are in a memory that holds text. */
export interface ReadRowExports {
  readCsvRows(layout: number): number;
  readNdjsonRows(layout: number): number;
  putSpelling(slots: number, mask: number, text: number, length: number, value: number): number;
}

type ModuleExports = DecideExports &
  TableRowExports &
  OutputRowExports &
  PageValueExports &
  ReadRowExports &
  TextRowExports;

let sharedModule: WebAssembly.Module | undefined;
let privateModule: WebAssembly.Module | undefined;

/** The hot path's module, compiled once for memory that threads share, and once for memory of one thread. */
function moduleFor(isShared: boolean): WebAssembly.Module {
  if (isShared) sharedModule ??= compile(true);
  else privateModule ??= compile(false);
  return (isShared ? sharedModule : privateModule) as WebAssembly.Module;
}

function compile(isShared: boolean): WebAssembly.Module {
  const text = atob(DECIDE_WASM_BASE64);
  // Uint8Array.from() iterates: that takes ten times as long as compiling the module.
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  if (!isShared) bytes[MEMORY_FLAGS_AT] = PRIVATE_FLAGS;
  return new WebAssembly.Module(bytes);
}

/** A memory for one world; shared, so that other threads can decide in it, or private. Pages that are never touched cost nothing. */
export function createMemory(isShared: boolean): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: MEMORY_PAGES, maximum: MAX_MEMORY_PAGES, shared: isShared });
}

/** Whether threads can share a memory. */
export function isSharedMemory({ buffer }: WebAssembly.Memory): boolean {
  return !(buffer instanceof ArrayBuffer);
}

/** An instance over a memory that createMemory() returned, in any thread. */
export function instantiate(memory: WebAssembly.Memory): ModuleExports {
  const imports = { env: { memory, abort } };
  return new WebAssembly.Instance(moduleFor(isSharedMemory(memory)), imports).exports as unknown as ModuleExports;
}

function abort(): never {
  throw new Error('the hot path aborted');
}
