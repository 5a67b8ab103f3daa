import { fieldsOf } from './clone_flags.js';
import type { LoggedCall } from './log_events.js';
import type { LogFile } from './log_objects.js';
import type { LogProcess } from './log_process.js';
import type { LogState } from './log_state.js';
import type { LoggedField, LoggedValue } from './logged_value.js';
import { fieldOf, numberOf } from './numbers.js';

/** What a call that succeeded does to the descriptors of a process: open, close, dup, and passing them. */
export function applyFileCall(state: LogState, process: LogProcess, call: LoggedCall): void {
  const { name, args, result } = call;
  const { value } = result;
  if (value === null) return;
  const first = numberOf(args[0]?.value);
  switch (name) {
    case 'open':
      opened(state, process, call, pathOf(args[0]?.value), args[1]?.value);
      return;
    case 'openat':
      openedAt(state, process, call, args[2]?.value);
      return;
    case 'openat2':
      openedAt(state, process, call, fieldOf(fieldsOf(args[2]), 'flags'));
      return;
    case 'open_tree':
      openedAt(state, process, call, undefined);
      return;
    case 'close':
      if (first !== undefined) state.opened(process, first, { kind: 'closed' });
      return;
    case 'close_range':
      closeRange(process, first, numberOf(args[1]?.value));
      return;
    case 'dup':
    case 'dup2':
    case 'dup3':
      copied(state, process, process.files.get(first ?? -1), value);
      return;
    case 'fcntl':
      if (args[1]?.value.kind === 'word' && args[1].value.word.startsWith('F_DUPFD'))
        copied(state, process, process.files.get(first ?? -1), value);
      return;
    case 'pidfd_getfd':
      copied(state, process, fileOfAnother(state, process, numberOf(args[1]?.value)), value);
      return;
    case 'sendmsg':
      for (const fd of passedDescriptors(args[1])) {
        const file = process.files.get(fd);
        if (file && state.sent.length < MAX_SENT) state.sent.push(file);
      }
      return;
    case 'recvmsg':
      for (const fd of passedDescriptors(args[1])) copied(state, process, state.sent.shift(), fd);
      return;
  }
}

/** Processes of which one is looked for that has a descriptor. */
const MAX_ASKED = 1024;
/** Descriptors that are on their way. */
const MAX_SENT = 1024;

function copied(state: LogState, process: LogProcess, file: LogFile | undefined, fd: number): void {
  state.opened(process, fd, file ?? { kind: 'other', what: 'a descriptor that the log does not show being opened' });
  if (file?.kind === 'token') process.lastToken = fd;
  if (file?.kind === 'bpffs') process.lastDirectory = fd;
}

function opened(
  state: LogState,
  process: LogProcess,
  { result }: LoggedCall,
  path: string | undefined,
  flags: LoggedValue | undefined,
): void {
  const fd = result.value;
  if (fd === null) return;
  const found = result.path ?? path ?? '';
  const bpffs = process.mounts.get(found);
  const words = flags?.kind === 'word' ? flags.word : '';
  const isPathOnly = /\bO_PATH\b/.test(words);
  const file: LogFile = bpffs ? { kind: 'bpffs', bpffs, isRoot: true, isPathOnly } : { kind: 'path', path: found };
  if (bpffs || /\bO_DIRECTORY\b/.test(words)) process.lastDirectory = fd;
  state.opened(process, fd, file);
}

/** `openat(3, ".")`: the directory itself, opened for use. */
function openedAt(state: LogState, process: LogProcess, call: LoggedCall, flags: LoggedValue | undefined): void {
  const { args, result } = call;
  const path = pathOf(args[1]?.value);
  const directory = args[0]?.value;
  const at = numberOf(directory);
  const base = at === undefined || at < 0 ? undefined : process.files.get(at);
  if (base?.kind === 'bpffs' && path !== undefined && !path.startsWith('/') && result.value !== null) {
    const isRoot = base.isRoot && (path === '.' || path === './' || path === '');
    const isPathOnly = flags?.kind === 'word' && /\bO_PATH\b/.test(flags.word);
    process.lastDirectory = result.value;
    state.opened(process, result.value, { ...base, isRoot, isPathOnly });
    return;
  }
  const folder = directory?.kind === 'word' ? directory.path : undefined;
  const isRelative = path !== undefined && !path.startsWith('/');
  const whole = isRelative && folder !== undefined ? `${folder}/${path}` : path;
  opened(state, process, call, whole, flags);
}

function closeRange(process: LogProcess, first: number | undefined, last: number | undefined): void {
  if (first === undefined || last === undefined) return;
  for (const fd of [...process.files.keys()]) if (fd >= first && fd <= last) process.files.set(fd, { kind: 'closed' });
}

/** The file that another process has under a number: that of the one with a context, or a token, there. */
function fileOfAnother(state: LogState, process: LogProcess, fd: number | undefined): LogFile | undefined {
  if (fd === undefined) return undefined;
  let found: LogFile | undefined;
  let asked = 0;
  for (const other of state.processes) {
    asked += 1;
    if (asked > MAX_ASKED) break;
    const file = other === process ? undefined : other.files.get(fd);
    if (file && file.kind !== 'closed' && file.kind !== 'other') found = file;
  }
  return found;
}

/** `msg_control=[{…, cmsg_type=SCM_RIGHTS, cmsg_data=[5]}]`. */
function passedDescriptors(message: LoggedField | undefined): readonly number[] {
  if (message?.value.kind !== 'struct') return [];
  const control = fieldOf(message.value.fields, 'msg_control');
  if (control?.kind !== 'list') return [];
  return control.items.flatMap(({ value }) => {
    if (value.kind !== 'struct') return [];
    const type = fieldOf(value.fields, 'cmsg_type');
    const data = fieldOf(value.fields, 'cmsg_data');
    if (type?.kind !== 'word' || type.word !== 'SCM_RIGHTS' || data?.kind !== 'list') return [];
    return data.items.flatMap((item) => numberOf(item.value) ?? []);
  });
}

/** The text of a path; undefined for anything else. */
export function pathOf(value: LoggedValue | undefined): string | undefined {
  return value?.kind === 'text' ? value.text : undefined;
}
