/** Marks up words for a terminal; cli/terminal.ts decides whether there is one. */
export interface Style {
  good(text: string): string;
  bad(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}

/** No markup at all: for pipes and files. */
export const PLAIN: Style = { good: (t) => t, bad: (t) => t, dim: (t) => t, strong: (t) => t };
