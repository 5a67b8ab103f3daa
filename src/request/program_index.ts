import { InvalidRequestError, UnknownNameError } from '../errors.js';
import { describeGiven } from '../kernel/field_fault.js';
import type { LibertyName } from '../kernel/verifier/liberties.js';
import type { ProgramNeeds, ProgramSpec } from '../kernel/verifier/program_needs.js';
import { nearestHelper, nearestLiberty, resolveHelper, resolveLiberty } from '../names/helper_names.js';
import { nearestOf } from '../names/nearest.js';
import { quote, unknownName } from '../names/unknown_name.js';

/** What a request says of its program, by names. */
export interface NamedProgram {
  readonly program?: string | undefined;
  readonly helpers?: readonly (string | number)[] | undefined;
  readonly liberties?: readonly string[] | undefined;
}

/** Programs of a world by name, and what requests say of programs. */
export class ProgramIndex {
  readonly #programs: ReadonlyMap<string, ProgramSpec>;

  constructor(programs: readonly ProgramSpec[]) {
    this.#programs = new Map(programs.map((program) => [program.name, program]));
  }

  /**
   * What the program of a request needs: a program of the world, or helpers and liberties; undefined where the request says nothing.
   * Throws an UnknownNameError for a name of nothing, and an InvalidRequestError for a value of a wrong kind.
   */
  needsOf({ program, helpers, liberties }: NamedProgram): ProgramSpec | ProgramNeeds | undefined {
    if (program === undefined) {
      if (helpers === undefined && liberties === undefined) return undefined;
      return {
        helpers: listOf('helpers', helpers).map(helperOf),
        liberties: listOf('liberties', liberties).map(libertyOf),
        isGpl: true,
        isSleepable: false,
      };
    }
    if (helpers !== undefined || liberties !== undefined) {
      const field = helpers !== undefined ? 'helpers' : 'liberties';
      throw new InvalidRequestError(field, `${field} stands beside program, which says what its program needs`);
    }
    const found = this.#programs.get(program);
    if (found) return found;
    const names = [...this.#programs.keys()];
    const written = String(program);
    throw new UnknownNameError('program', written, unknownName('program', written, names, nearestOf(written, names)));
  }
}

/** Whether a program is one that the world declares. */
export function isDeclared(program: ProgramNeeds | ProgramSpec | undefined): program is ProgramSpec {
  return program !== undefined && 'progType' in program;
}

function listOf<Value>(field: string, list: readonly Value[] | undefined): readonly Value[] {
  if (list === undefined) return [];
  if (Array.isArray(list)) return list;
  throw new InvalidRequestError(field, `${field} is ${describeGiven(list)}: a list of names is expected`);
}

function helperOf(written: string | number): number {
  const id = resolveHelper(written);
  if (id !== undefined) return id;
  throw new UnknownNameError('helper', String(written), unknown('helper', String(written), nearestHelper(written)));
}

function libertyOf(written: string): LibertyName {
  const name = resolveLiberty(String(written));
  if (name !== undefined) return name;
  throw new UnknownNameError(
    'liberty',
    String(written),
    unknown('liberty', String(written), nearestLiberty(String(written))),
  );
}

function unknown(what: string, written: string, nearest: string | undefined) {
  const hint = nearest === undefined ? `the name of a ${what} is expected` : `did you mean ${quote(nearest)}?`;
  return { message: `unknown ${what} ${quote(written)}; ${hint}`, ...(nearest === undefined ? {} : { nearest }) };
}
