// The files of other tools that describe a delegation: reading them, and writing a delegation in another tool's spelling.

export { type ManagerRelease, parseManagerRelease } from './containers/release.js';
export { countLines, type LineCounts } from './count_lines.js';
export {
  type BitOrigin,
  type BpffsOwner,
  type DelegatedMask,
  type DelegateProcess,
  type Delegation,
  type DelegationAssumption,
  delegatesAnything,
} from './delegation.js';
export { detectFormat } from './detect_format.js';
export { UnknownFormatError } from './errors.js';
export { FORMAT_NAMES, FORMATS, type Format } from './formats.js';
export {
  type Edit,
  type FileAccount,
  type FileStatus,
  IRRELEVANT_RULES,
  type IrrelevantRule,
  type LineKind,
  type LineNote,
  type ReadWarning,
} from './line_account.js';
export { type ReadDelegationsOptions, type Reading, readDelegations } from './read_delegations.js';
export { type GivenFacts, type ResolvedDelegation, resolveDelegation } from './resolve_delegation.js';
export type { Source, Span } from './source_text.js';
export { WARNING_CODES, type WarningCode } from './warning_codes.js';
export { CannotExpressError } from './write/errors.js';
export type { TargetName } from './write/targets.js';
export { writeDelegation } from './write/write_delegation.js';
