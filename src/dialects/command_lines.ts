import type { LineAccount } from './line_account.js';
import { argumentsOf } from './run_program.js';
import { shellCommands } from './shell_commands.js';
import { endsEscaped, joinPlaced, type PlacedText, piece } from './source_text.js';

/** A command that runs a program. */
export interface ProgramCommand {
  /** As written, with what is before the program. */
  readonly text: PlacedText;
  /** What comes after the name of the program. */
  readonly words: readonly PlacedText[];
  /** Whether it reads a file, a text of the lines after it, or what another command prints. */
  readonly readsInput: boolean;
}

/** A line with commands of a program, which may take several lines of a file. */
export interface ProgramLine {
  readonly commands: readonly ProgramCommand[];
  /** The lines that it is made of, from 1. */
  readonly numbers: readonly number[];
}

/** A line that runs a program: after a prompt, `sudo` with its options, and a path. */
export function commandPattern(program: string): RegExp {
  return new RegExp(`^\\s*(?:[$#]\\s+)?(?:sudo\\s+(?:-\\S+\\s+)*)?(?:[^\\s=]*/)?${program}(?:\\s|$)`);
}

/** What sets a delegation, in any format. */
const DELEGATES =
  /\bdelegate_(?:cmds|maps|progs|attachs)=|\b(?:BPFDelegate[A-Z]\w*|PrivateBPF)=|\bsecurity\.(?:bpffs\.|delegate_bpf\b)/;

/** Whether a line has a command of a program that says something of a delegation, behind others: `mkdir /p && mount …`. */
export function delegatesBehindOthers(line: string, program: string): boolean {
  // systemctl show prints the commands of a unit so.
  if (!line.includes(program) || !DELEGATES.test(line) || /^\w+=\{ path=/.test(line)) return false;
  const placed = { text: line, at: { file: '', line: 1, column: 1, length: line.length } };
  return shellCommands(placed).some((command) => DELEGATES.test(command.text.text) && argumentsOf(command, program));
}

/**
 * The lines with commands of a program: a backslash at the end of a line goes on with the next. Other lines are noted as irrelevant; what
 * sets a delegation in another command is told of.
 */
export function commandLines(account: LineAccount, program: string): readonly ProgramLine[] {
  const read = (hasPrompts: boolean) =>
    joinedLines(account, hasPrompts).map((line) => readLine(line, program, hasPrompts));
  const found = read(false);
  // Where commands stand without it, `#` is no prompt of root.
  const all = found.every(({ commands }) => commands.length === 0) ? read(true) : found;
  return all.flatMap((line) => {
    const { text, numbers, commands, others } = line;
    for (const other of others) tellUnread(other, program, account);
    if (commands.length > 0) return [{ commands, numbers }];
    const isBlank = text.text.trim() === '';
    for (const number of numbers)
      account.irrelevant(number, isBlank ? 'blank' : isComment(text.text) ? 'comment' : 'other_text');
    return [];
  });
}

function isComment(text: string): boolean {
  return /^\s*#/.test(text);
}

interface JoinedLine {
  readonly text: PlacedText;
  readonly numbers: readonly number[];
}

/** Lines, with those that a backslash joins; a comment goes on with no other, but for a command at a prompt of root. */
function joinedLines({ lines }: LineAccount, hasPrompts: boolean): readonly JoinedLine[] {
  const found: JoinedLine[] = [];
  let parts: PlacedText[] = [];
  let numbers: number[] = [];
  for (const line of lines) {
    numbers.push(line.at.line);
    const goesOn = endsEscaped(line.text) && line.at.line < lines.length;
    const isJoined = goesOn && (parts.length > 0 || hasPrompts || !isComment(line.text));
    parts.push(isJoined ? { ...line, text: `${line.text.slice(0, -1)} ` } : line);
    if (isJoined) continue;
    found.push({ text: joinPlaced(parts, ''), numbers });
    parts = [];
    numbers = [];
  }
  return found;
}

interface ReadLine extends JoinedLine {
  readonly commands: readonly ProgramCommand[];
  /** Commands of other programs. */
  readonly others: readonly PlacedText[];
}

/** The commands of a line without its prompt. A comment has some only at a prompt of root. */
function readLine({ text, numbers }: JoinedLine, program: string, hasPrompts: boolean): ReadLine {
  const commands: ProgramCommand[] = [];
  const others: PlacedText[] = [];
  const isNote = isComment(text.text);
  if (!text.text.includes(program) || (isNote && !hasPrompts)) {
    return { text, numbers, commands, others: isNote ? others : [text] };
  }
  const prompt = /^\s*[$#]\s+/.exec(text.text)?.[0].length ?? 0;
  for (const command of shellCommands(piece(text, prompt))) {
    const words = argumentsOf(command, program);
    if (words) commands.push({ text: command.text, words, readsInput: command.readsInput });
    else others.push(command.text);
  }
  if (isNote && commands.length === 0) return { text, numbers, commands, others: [] };
  return { text, numbers, commands, others };
}

/** Tells of a command of another program where it sets a delegation. */
export function tellUnread(text: PlacedText, program: string, account: LineAccount): void {
  const found = DELEGATES.exec(text.text);
  if (!found) return;
  const message = `this is no command of ${program}: what it sets is not read`;
  account.warn(piece(text, found.index, found[0].length).at, { code: 'unread-line', message });
}
