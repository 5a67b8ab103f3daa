// Questions to a policy: who may make a request, what a task may do, what a change changes, what never holds.

export type { NamedCell } from '../kernel/permission_cells.js';
export { type AlignedItem, type AlignedWorlds, alignWorlds } from './aligned_worlds.js';
export { type AllowedRequests, allowedRequests, type RefusedRequests } from './allowed_requests.js';
export { type Assertion, type AssertionResult, type Counterexamples, checkAssertion } from './assertions.js';
export { type Claim, type ClaimResult, checkClaim } from './claims.js';
export { PatternError } from './errors.js';
export { checkIntended, type IntendedChange } from './intended_change.js';
export type { ObjectKind, PairClass, Selection } from './pair_classes.js';
export { Policy } from './policy.js';
export { diffPolicies, type PolicyDiff } from './policy_diff.js';
export type { PolicyRequest, RequestGroup } from './request_group.js';
export { parsePattern, type RequestPattern } from './request_pattern.js';
