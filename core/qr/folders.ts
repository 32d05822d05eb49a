/**
 * ★ Fact file: below which prefixes the files of QR codes lie. Roles, lifecycles and doors are made from these as well as keys.
 */

/** Pictures, in their own bucket; on the short domain they are shown below the same path. */
export const IMAGES_PREFIX = 'i/';

/** Logos as they were uploaded, until they are looked at. */
export const LOGO_UPLOADS_PREFIX = 'logos/';
/** Logos that were checked and written anew. */
export const CLEAN_LOGOS_PREFIX = 'logos-clean/';

/** Files of rows, as they were uploaded. */
export const BATCH_UPLOADS_PREFIX = 'uploads/';
/** What batches are made of, and what comes of them. */
export const BATCH_FILES_PREFIX = 'batches/';
