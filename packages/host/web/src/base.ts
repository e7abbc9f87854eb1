/** The path under which the host is served, without a slash at the end; empty at the root of a domain. */
export const base = document.documentElement.dataset.base ?? ''
