/** What a text that was given for an option is: a value, or what of it is not valid. */
export type Parsed<Value> =
  | { readonly value: Value }
  /** `given` is the part that is not valid, `nearest` the valid one nearest to it. */
  | { readonly given: string; readonly nearest?: string | undefined };

/** The values that an option can have. */
export interface ValueType<Value> {
  /** What a valid text is, for messages: `a whole number from 1 to 63`. */
  readonly expected: string;
  /** Valid texts, where words alone do not show them: `500ms, 60s or 2m`. */
  readonly examples?: string;
  /** All valid texts, where they are few: for completion. */
  readonly values?: readonly string[];
  /** Whether a valid text is the path of a file. */
  readonly isFile?: boolean;
  parse(text: string): Parsed<Value>;
}

/** Which other options and arguments an option can stand with. Options by their keys in the table of the command. */
export interface Company {
  /** One of these has to be given too. */
  readonly needs?: readonly string[];
  /** None of these can be given too; said of one of a pair. */
  readonly excludes?: readonly string[];
  /** The command's argument cannot be this: the option would do nothing. */
  readonly excludesArgument?: string;
  /** The field of a request that the option is. It stands only with a `--cmd` that reads the field. */
  readonly field?: string;
}

/** One option of a command. `Given` is what the command is handed: a value, or undefined without the option. */
export interface OptionSpec<Given> extends Company {
  /** As commander reads them: `--seed <number>`. */
  readonly flags: string;
  readonly about: string;
  /** Undefined for an option without a value. */
  readonly type?: ValueType<unknown>;
  /** The text that stands for the option where it is not given. */
  readonly fallback?: string;
  readonly isRequired?: true;
  /** Never there: carries the type. */
  readonly given?: Given;
}

/** The options of a command, by the keys of their values in commander. */
export type OptionTable = Readonly<Record<string, OptionSpec<unknown>>>;

/** What a command is handed for a table of options. */
export type OptionsOf<Table extends OptionTable> = {
  readonly [Key in keyof Table]: Table[Key] extends OptionSpec<infer Given> ? Given : never;
};

/** An option without a value. */
export function flag(flags: string, about: string, company: Company = {}): OptionSpec<true | undefined> {
  return { flags, about, ...company };
}

/** An option with a value; once at most. */
export function valued<Value>(
  flags: string,
  about: string,
  type: ValueType<Value>,
  company: Company = {},
): OptionSpec<Value | undefined> {
  return { flags, about, type, ...company };
}

/** The same, with a value where it is not given. */
export function defaulted<Value>(
  flags: string,
  about: string,
  type: ValueType<Value>,
  fallback: string,
  company: Company = {},
): OptionSpec<Value> {
  return { flags, about, type, fallback, ...company };
}

/** An option that has to be given. */
export function required<Value>(
  flags: string,
  about: string,
  type: ValueType<Value>,
  company: Company = {},
): OptionSpec<Value> {
  return { flags, about, type, isRequired: true, ...company };
}

/** An option with one value or more: `--profile <name...>`. */
export function several<Value>(
  flags: string,
  about: string,
  type: ValueType<Value>,
  company: Company = {},
): OptionSpec<readonly Value[] | undefined> {
  return { flags, about, type, ...company };
}
