import { mkdtempSync, openSync, rmSync } from 'node:fs';

/** Signals that end a process which does not listen to them, and that it can listen to. */
const DEADLY = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGALRM', 'SIGXCPU', 'SIGUSR2'] as const;

/** Files and folders of this process that must not outlive it. */
const paths = new Set<string>();

/**
 * Creates a file that is removed when the process ends, unless releaseTemporary() is called before. Returns its
 * descriptor, open for writing; throws the system's error, EEXIST where something has the path. Creating and remembering
 * are one step: no signal comes between them.
 */
export function createTemporaryFile(path: string, mode: number): number {
  return watched(() => {
    const fd = openSync(path, 'wx', mode);
    paths.add(path);
    return fd;
  });
}

/** Creates a folder that is removed with all that is in it when the process ends. Throws the system's error. */
export function createTemporaryFolder(prefix: string): string {
  return watched(() => {
    const path = mkdtempSync(prefix);
    paths.add(path);
    return path;
  });
}

/** The path was renamed or removed: it is not this process's to remove any more. */
export function releaseTemporary(path: string): void {
  if (paths.delete(path)) unwatchIfEmpty();
}

/** Removes everything temporary at once. */
export function removeTemporaries(): void {
  for (const path of paths) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // The process ends: it can do no more about a file that the system does not remove.
    }
  }
  paths.clear();
}

/** Removes everything temporary and ends the process by the signal, as if it had not been listened to. */
export function endBySignal(signal: NodeJS.Signals): void {
  removeTemporaries();
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}

/** Ends the process where nothing else listens to the signal: a listener of its own also cleans up. */
function endUnheeded(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) === 1) endBySignal(signal);
}

/** Listens before anything is created, and for as long as anything temporary is there. */
function watched<Created>(create: () => Created): Created {
  if (paths.size === 0) {
    process.on('exit', removeTemporaries);
    for (const signal of DEADLY) process.on(signal, endUnheeded);
  }
  try {
    return create();
  } finally {
    unwatchIfEmpty();
  }
}

function unwatchIfEmpty(): void {
  if (paths.size > 0) return;
  process.off('exit', removeTemporaries);
  for (const signal of DEADLY) process.off(signal, endUnheeded);
}
