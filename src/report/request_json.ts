import { helperName } from '../kernel/verifier/program_rules.js';
import type { Vocabulary } from '../kernel/vocabulary.js';
import type { Request, World } from '../kernel/world.js';
import type { Assumption } from '../request/assumptions.js';
import { PRE_NAMES } from '../request/fault_names.js';
import { nameCall, nameRequest } from '../request/name_request.js';
import { isDeclared } from '../request/program_index.js';
import type { Warning } from '../scenario/parse_scenario.js';
import { describeAssumption } from './assumption_text.js';
import type { AssumptionJson, CallJson, RequestJson, WarningJson } from './schemas/request.js';

/** What a call is for, as JSON: null for what the command does not read. */
export function callJson(vocabulary: Vocabulary, call: Pick<Request, 'cmd' | 'type' | 'attachType'>): CallJson {
  const { cmd, map_type = null, prog_type = null, expected_attach_type = null } = nameCall(vocabulary, call);
  return { cmd, map_type, prog_type, expected_attach_type };
}

/** A request as JSON: null for what the command does not read. */
export function requestJson(world: World, request: Request): RequestJson {
  const { task, token, insn_cnt = null } = nameRequest(world, request);
  const { program } = request;
  return {
    task,
    token,
    ...callJson(world.profile.vocabulary, request),
    insn_cnt,
    program: isDeclared(program) ? program.name : null,
    helpers: program?.helpers.map(helperName) ?? [],
    liberties: program?.liberties ?? [],
    bpffs: world.bpffs[request.bpffs ?? -1]?.name ?? null,
    pre: PRE_NAMES[request.pre] ?? 'none',
  };
}

/** What a request was taken to say where it does not, as JSON, with all sections of a loader. */
export function assumptionJson(assumption: Assumption): AssumptionJson {
  const { field, value, name, loaders } = assumption;
  return {
    field,
    value,
    name,
    loaders: loaders.map(({ section, attachType }) => ({ section, expected_attach_type: attachType ?? 0 })),
    text: describeAssumption(assumption),
  };
}

/** What is worth a look in a scenario, as JSON. `scenario` is what messages call the scenario. */
export function warningJson(scenario: string, { file = scenario, line, column, message }: Warning): WarningJson {
  return { file, line, column, message };
}
