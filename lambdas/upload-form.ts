import type { UploadForm } from '../core/upload-form.ts';

/** A form as customers see it. */
export const formAnswer = ({ url, fields, expiresAtMs }: UploadForm) => ({
  url,
  fields: { ...fields },
  expires_at: new Date(expiresAtMs).toISOString(),
});
