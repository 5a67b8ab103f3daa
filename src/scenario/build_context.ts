import type { Diagnostics } from '../diagnostics/diagnostics.js';
import type { Locator } from '../diagnostics/yaml_locator.js';
import type { Kernel } from '../kernel/kernel.js';
import type { ScenarioSelinux } from './build_selinux.js';
import type { NamedDelegations } from './named_delegations.js';
import type { Warning } from './warning.js';

/** What every part of a scenario needs to be made. */
export interface Context {
  readonly kernel: Kernel;
  readonly locator: Locator;
  readonly diagnostics: Diagnostics;
  readonly warnings: Warning[];
  /** What files that the scenario names say. */
  readonly named: NamedDelegations;
  readonly selinux: ScenarioSelinux | undefined;
}
