import { contrast, luminance } from './color.ts';
import { CONTRAST, dotScaleLimits, LOGO_SHARE, QUIET_ZONE, WORDS_CONTRAST } from './limits.ts';
import type { ErrorCorrection } from './matrix.ts';
import type { Color, QrStyle } from './style.ts';
import { TRANSPARENT } from './style.ts';

/** What will make a code hard to scan, known from its style alone; the advice says what to change and how far. */
export type StyleFinding = {
  readonly code:
    | 'contrast'
    | 'eye_contrast'
    | 'eye_shape'
    | 'inverted'
    | 'dot_scale'
    | 'quiet_zone'
    | 'logo_share'
    | 'words_contrast'
    | 'transparent';
  readonly severity: 'refuse' | 'warn';
  readonly advice: string;
};

/** `hiddenShare` is what part of the modules its logo hides in a code (0–1); without, all that it may. */
export function styleFindings(
  style: QrStyle,
  errorCorrection: ErrorCorrection,
  hiddenShare = style.logo?.share ?? 0,
): readonly StyleFinding[] {
  return [
    ...contrastFindings(style),
    ...eyeShapeFindings(style),
    ...scaleFindings(style),
    ...quietZoneFindings(style),
    ...logoFindings(hiddenShare, errorCorrection),
    ...wordsFindings(style),
  ];
}

/** The lightest colour of the dots is what a scanner loses first; on glass or an unknown ground white is the best case. */
function contrastFindings({ foreground, gradient, background, eyes }: QrStyle): readonly StyleFinding[] {
  const ground: Color = background === TRANSPARENT ? '#ffffff' : background;
  const lightest = byLuminance(gradient?.stops.map(({ color }) => color) ?? [foreground]).at(-1) ?? foreground;
  const eyeColors = [eyes.frameColor, eyes.ballColor].filter((color) => color !== null);
  const lightestEye = byLuminance(eyeColors).at(-1);
  return [
    ...(background === TRANSPARENT
      ? [finding('transparent', 'warn', 'Put it on something light and even: the background shows through.')]
      : []),
    ...(luminance(lightest) > luminance(ground)
      ? [finding('inverted', 'refuse', 'Make the dots darker than the background; most scanners read nothing else.')]
      : ratioFindings('contrast', gradient === null ? 'the dots' : 'the lightest stop', contrast(lightest, ground))),
    ...(lightestEye === undefined ? [] : eyeFindings(lightestEye, lightest, ground)),
  ];
}

function eyeFindings(eye: Color, dot: Color, ground: Color): readonly StyleFinding[] {
  if (luminance(eye) > luminance(ground))
    return [finding('inverted', 'refuse', 'Make the eyes darker than the background.')];
  const found = ratioFindings('eye_contrast', 'the eyes', contrast(eye, ground));
  if (found.length > 0 || contrast(eye, ground) >= Math.min(contrast(dot, ground), EYES_DARK_ENOUGH)) return found;
  return [finding('eye_contrast', 'warn', 'Make the eyes at least as dark as the dots: they are looked for first.')];
}

/** Eyes lighter than black dots do no harm while they are dark by themselves (WCAG AAA). */
const EYES_DARK_ENOUGH = 7;

function ratioFindings(code: 'contrast' | 'eye_contrast', what: string, ratio: number): readonly StyleFinding[] {
  if (ratio >= CONTRAST.warn) return [];
  const need = ratio < CONTRAST.refuse ? CONTRAST.refuse : CONTRAST.warn;
  const severity = ratio < CONTRAST.refuse ? 'refuse' : 'warn';
  return [finding(code, severity, contrastAdvice(what, ratio, need))];
}

function contrastAdvice(what: string, ratio: number, need: number): string {
  // Rounded down, so that 2.97 does not read as the 3 it misses.
  const shown = Math.floor(ratio * 10) / 10;
  return `Raise the contrast of ${what}: ${shown}:1, need ${need}:1.`;
}

/** What people cannot read does not make them scan. */
function wordsFindings({ frame }: QrStyle): readonly StyleFinding[] {
  const ratio = frame === null ? WORDS_CONTRAST : contrast(frame.textColor, frame.color);
  if (ratio >= WORDS_CONTRAST) return [];
  return [finding('words_contrast', 'warn', contrastAdvice("the frame's words", ratio, WORDS_CONTRAST))];
}

/** Corners that come close to a round ring hide the light between: neither decoder of the scan score finds such an eye at an angle. */
function eyeShapeFindings({ eyes }: QrStyle): readonly StyleFinding[] {
  if (eyes.frame !== 'dot' || eyes.ball === 'dot' || eyes.ball === 'rounded') return [];
  const severity = eyes.ball === 'square' ? 'refuse' : 'warn';
  return [finding('eye_shape', severity, 'Choose a round or rounded ball: its corners nearly touch the round frame.')];
}

function scaleFindings({ dots }: QrStyle): readonly StyleFinding[] {
  const { best, warn, refuse } = dotScaleLimits(dots.shape);
  if (dots.scale >= warn) return [];
  const severity = dots.scale < refuse ? 'refuse' : 'warn';
  return [finding('dot_scale', severity, `Make the dots larger: ${dots.scale} of a module, better ${best} or more.`)];
}

function quietZoneFindings({ marginModules }: QrStyle): readonly StyleFinding[] {
  if (marginModules >= QUIET_ZONE.warn) return [];
  const severity = marginModules < QUIET_ZONE.refuse ? 'refuse' : 'warn';
  return [finding('quiet_zone', severity, `Widen the margin: ${marginModules} modules, better ${QUIET_ZONE.best}.`)];
}

function logoFindings(hiddenShare: number, errorCorrection: ErrorCorrection): readonly StyleFinding[] {
  if (hiddenShare <= LOGO_SHARE[errorCorrection]) return [];
  const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;
  const limit = LOGO_SHARE[errorCorrection];
  const advice = `Make the logo smaller: it hides ${percent(hiddenShare)}, error correction ${errorCorrection} bears ${percent(limit)}.`;
  return [finding('logo_share', hiddenShare > limit * 2 ? 'refuse' : 'warn', advice)];
}

const byLuminance = (colors: readonly Color[]): readonly Color[] =>
  [...colors].sort((one, other) => luminance(one) - luminance(other));

const finding = (code: StyleFinding['code'], severity: StyleFinding['severity'], advice: string): StyleFinding => ({
  code,
  severity,
  advice,
});
