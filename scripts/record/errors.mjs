/** An argument is not what it must be. */
export class UsageError extends Error {}

/** A recording cannot be made on this machine, or is not complete. Nothing is stored. */
export class RecordingFailed extends Error {}

/** A signal ended the guest. Nothing is stored. */
export class Interrupted extends Error {}
