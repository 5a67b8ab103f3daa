// The library: everything here runs without Node APIs.

export {
  CAP_BPF,
  CAP_FULL_SET,
  CAP_NET_ADMIN,
  CAP_PERFMON,
  CAP_SYS_ADMIN,
  CAPABILITY_NAMES,
} from './abi/capabilities.js';
export { ERRNO, type ErrnoName, errnoName } from './abi/errno.js';
export { NO_PROGRAM } from './abi/memory_layout.js';
export { Disposition, Fault, Outcome } from './abi/verdict.js';
export { type Columns, createColumns, createProgramColumn, type FullColumns, rowOf, setRow } from './engine/columns.js';
export { createEvaluator, type Evaluator, type EvaluatorOptions } from './engine/evaluator.js';
export { explainRequest } from './engine/explain_request.js';
export type { NewToken } from './engine/mutable_world.js';
export type { PermissionSet, PermissionTable } from './engine/permission_set.js';
export { type AttachedEvaluator, attachEvaluator, type SharedEvaluator, shareEvaluator } from './engine/share.js';
export { AttachmentLimitError } from './engine/workspaces.js';
export type { WorldEditor } from './engine/world_editor.js';
export {
  BpfTokenSimError,
  ColumnLengthError,
  ColumnMemoryError,
  ColumnTypeError,
  DisposedError,
  type ErrorCode,
  HooksNotSupportedError,
  InvalidArgumentError,
  InvalidRequestError,
  InvalidSpecError,
  NarrowingNotSupportedError,
  NotSharedError,
  TableChangedError,
  UnknownNameError,
  WorldTooLargeError,
} from './errors.js';
export { evaluateAcrossProfiles, evaluateUnder, type ProfileEvaluation } from './explain/across_profiles.js';
export { type Explanation, explain } from './explain/explain.js';
export type { Obstacle } from './explain/impossible.js';
export { type Remediation, remediate } from './explain/remediate.js';
export { applyRemedy, type Remedy } from './explain/remedy.js';
export type { RequestContext } from './explain/request_context.js';
export type { BpfAttr } from './kernel/attr.js';
export type { Cred } from './kernel/capability.js';
export {
  type Decision,
  decisionOf,
  REASONS,
  type Reason,
  TOKEN_DISPOSITIONS,
  type TokenDisposition,
} from './kernel/decision.js';
export type { TokenDenials } from './kernel/denials.js';
export { Kernel, type KernelOptions } from './kernel/kernel.js';
export type { LsmHooks } from './kernel/lsm.js';
export type { Masks } from './kernel/masks.js';
export { Model } from './kernel/model.js';
export { parseDelegateMask, showOptions } from './kernel/mount_options.js';
export {
  DEFAULT_PROFILE,
  extendProfile,
  findProfile,
  NEWEST_PROFILE,
  PROFILES,
  type Profile,
  profileNamed,
  type Rules,
} from './kernel/profile.js';
export type { AllowRule, SelinuxClass, SelinuxSpec } from './kernel/selinux.js';
export { Task } from './kernel/task.js';
export { BpfToken } from './kernel/token.js';
export { type Step, Trace } from './kernel/trace.js';
export { createUserNs, UserNamespace } from './kernel/userns.js';
export { decodeVerdict, dispositionName, outcomeName, type Verdict } from './kernel/verdict.js';
export { LIBERTY_NAMES, LIBERTY_RULES, type LibertyName, type LibertyRule } from './kernel/verifier/liberties.js';
export { type LoadablePrograms, loadablePrograms } from './kernel/verifier/loadable_programs.js';
export type { ProgramNeeds, ProgramSpec } from './kernel/verifier/program_needs.js';
export {
  type HelperPermission,
  type LibertyPermission,
  type LoadedProgram,
  type ProgramPermissions,
  programPermissions,
} from './kernel/verifier/program_permissions.js';
export type { EnumKind, Vocabulary } from './kernel/vocabulary.js';
export {
  type BpffsSpec,
  NO_TOKEN,
  type Request,
  requestOf,
  type TaskSpec,
  type TokenSpec,
  type UsernsSpec,
  type World,
} from './kernel/world.js';
export { nearestName, resolveCapability, resolveName } from './names/spelling.js';
export { explainText } from './report/explain_text.js';
export { describeRemedy } from './report/remedy_text.js';
export type { Style } from './report/style.js';
export { describeReason } from './report/verdict_text.js';
export type { NamedRequest } from './request/resolve_request.js';
export { parseScenario, type Scenario, ScenarioError } from './scenario/parse_scenario.js';
export { starterScenario } from './scenario/starter.js';
export { RequestTableError } from './tables/request_table.js';
export { readRequests } from './tables/text/text_reader.js';
export { generateRequests } from './workload/generate_requests.js';
