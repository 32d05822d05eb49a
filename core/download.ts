/** A file that can be had, with the name and type that whoever has it gets it under. */
export type DownloadedFile = { readonly key: string; readonly fileName: string; readonly contentType: string };

/** A URL that shows a file to whoever has it, until then. */
export type Download = { readonly url: string; readonly expiresAtMs: number };

/** Signs a URL for a file that is kept until then. The URL itself is good for minutes, so every answer needs one of its own. */
export type SignDownload = (file: DownloadedFile, keptUntilMs: number) => Promise<Download>;
