import type { QrLook } from '../../core/qr/make-code.ts';
import { PLAIN_STYLE } from '../../core/qr/style.ts';
import { requireScannableLook } from '../../lambdas/batches/scannable.ts';

const look = (style: Partial<QrLook['style']>): QrLook => ({
  format: 'png',
  size: { widthPx: 512 },
  errorCorrection: 'M',
  style: { ...PLAIN_STYLE, ...style },
});

describe('The look of a batch', () => {
  it.each([
    ['pale', look({ foreground: '#dddddd' }), 'style', 'contrast'],
    ['without a margin', look({ marginModules: 0 }), 'margin', 'quiet_zone'],
  ])('that is %s is refused before there is one', (_, refused, path, code) => {
    expect(() => requireScannableLook(refused)).toThrow(
      expect.objectContaining({
        word: 'VALIDATION_FAILED',
        details: { errors: [expect.objectContaining({ path, code })] },
      }),
    );
  });

  it.each([
    ['plain', look({})],
    ['only worth advice', look({ foreground: '#888888' })],
    ['of a logo whose share of a code is not known yet', look({ logo: { id: 'logo_1', share: 0.3, clear: true } })],
  ])('that is %s is taken', (_, taken) => {
    expect(() => requireScannableLook(taken)).not.toThrow();
  });
});
