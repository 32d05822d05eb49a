/** A form that writes one object, whoever sends it: `fields` first, then the file as `file` (S3's presigned POST). */
export type UploadForm = {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly expiresAtMs: number;
};

/** What the form may write: S3 refuses everything else by itself. */
export type UploadTerms = {
  readonly key: string;
  readonly contentType: string;
  readonly minBytes: number;
  readonly maxBytes: number;
};

export type SignForm = (terms: UploadTerms) => Promise<UploadForm>;
