// Template validation makes every synth 10–20 times slower; `npm run validate` runs it once, on the whole app.
process.env['CDK_VALIDATION'] = 'false';
process.env['TZ'] = 'UTC';
