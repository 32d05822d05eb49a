import swcJest from '@swc/jest';

/**
 * The glue of @jsquash gives `import.meta.url` a value where there is none. CommonJS, which Jest runs, has no `import.meta` to
 * assign to; reading it is compiled away by swc.
 */
const ASSIGNMENT = 'if(import.meta.url===undefined){import.meta.url="https://localhost"}';

export default {
  createTransformer(options) {
    const swc = swcJest.createTransformer(options);
    return { ...swc, process: (source, ...rest) => swc.process(source.replace(ASSIGNMENT, ''), ...rest) };
  },
};
