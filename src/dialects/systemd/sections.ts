/** The sections in which a process is described. */
export const EXEC_SECTIONS = ['Service', 'Socket', 'Mount', 'Swap'];
/** Sections of any unit. */
export const COMMON_SECTIONS = ['Unit', 'Install'];
