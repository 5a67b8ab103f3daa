import { type Command, Option } from 'commander';
import { InputError } from '../exit.js';
import type { OptionSpec, OptionTable, ValueType } from './option.js';

/** Adds a table's options to a command. Values that are not valid, and options that cannot stand together, are refused. */
export function addOptions(command: Command, table: OptionTable): Command {
  const flags = new Set(Object.values(table).map(longOf));
  for (const spec of Object.values(table)) command.addOption(optionOf(spec, flags));
  return command.hook('preAction', () => checkCompany(command, table));
}

/** The table that the option of a message is in: `--map-type`. */
export function longOf({ flags }: OptionSpec<unknown>): string {
  return flags.split(' ')[0] as string;
}

function optionOf(spec: OptionSpec<unknown>, flags: ReadonlySet<string>): Option {
  const option = new Option(spec.flags, spec.about).conflicts([...(spec.excludes ?? [])]);
  const { type, fallback } = spec;
  if (!type) return option;
  if (spec.isRequired) option.makeOptionMandatory();
  if (fallback !== undefined) option.default(parsed(spec, type, fallback), fallback);
  let before: unknown[] | undefined;
  return option.argParser((text: string) => {
    if (flags.has(text)) {
      throw new InputError(`${longOf(spec)}: ${type.expected} is expected, not the option ${text}`);
    }
    if (before && !option.variadic) {
      throw new InputError(`${longOf(spec)} ${text}: the option is given twice, and has one value`);
    }
    const value = parsed(spec, type, text);
    before = [...(before ?? []), value];
    return option.variadic ? before : value;
  });
}

function parsed(spec: OptionSpec<unknown>, type: ValueType<unknown>, text: string): unknown {
  const found = type.parse(text);
  if ('value' in found) return found.value;
  const { given, nearest } = found;
  const examples = type.examples === undefined ? '' : `, say ${type.examples}`;
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  throw new InputError(
    `${longOf(spec)} ${given === '' ? '""' : given}: ${type.expected} is expected${examples}${hint}`,
    { nearest },
  );
}

/** What commander has no word for: options that need another one, and those an argument leaves nothing to do. */
function checkCompany(command: Command, table: OptionTable): void {
  const isGiven = (key: string): boolean => command.getOptionValueSource(key) === 'cli';
  for (const [key, spec] of Object.entries(table)) {
    if (!isGiven(key)) continue;
    const { needs, excludesArgument } = spec;
    if (needs && !needs.some(isGiven)) {
      const others = needs.map((other) => longOf(table[other] as OptionSpec<unknown>)).join(' or ');
      throw new InputError(`${longOf(spec)} is read only with ${others}, which is not given`);
    }
    if (excludesArgument !== undefined && command.args.includes(excludesArgument)) {
      throw new InputError(`${longOf(spec)} means nothing to ${command.name()} ${excludesArgument}`);
    }
  }
}
