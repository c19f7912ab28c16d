import type { TokenKind } from './usage.js';

type Rates = Readonly<Partial<Record<TokenKind, number>>>;

/** Prices that were read in one place at one time. */
interface PriceReading {
  /** Where and when, for users. */
  readonly from: string;
  /** By the model's name on the server: USD per million tokens. What the place did not have is absent. */
  readonly rates: Readonly<Record<string, Rates>>;
}

const rates = (prefill: number, sample: number, train?: number): Rates =>
  train === undefined ? { prefill, sample } : { train, prefill, sample };

/**
 * What the hosted service charges, as far as it is known here; the newest reading first. Tinker has no call
 * that returns its prices, so a table goes stale: every estimate shows where and when its rates were read,
 * and `train.price` of a recipe overrules them.
 *
 * Checkpoints are billed by their size and time, and a prefill that the server has cached at a fifth: neither
 * is in an estimate.
 */
export const priceReadings: readonly PriceReading[] = [
  {
    from: "Tinker's price page as transcribed on 2026-10-07, a half price for a limited time",
    rates: { 'thinkingmachines/Inkling': rates(1.87, 4.68, 5.61) },
  },
  {
    from: "Tinker's price page as transcribed on 2026-10-07",
    rates: {
      'thinkingmachines/Inkling-Small': rates(1.16, 2.88),
      'Qwen/Qwen3.8-27B': rates(1.86, 5.595),
      'Qwen/Qwen3.8-27B:peft:262144': rates(2.48, 7.46),
      'Qwen/Qwen3.6-35B-A3B': rates(0.54, 1.335),
      'Qwen/Qwen3.6-27B': rates(1.86, 5.595),
      'Qwen/Qwen3.5-397B-A17B': rates(3, 7.5),
      'Qwen/Qwen3-8B': rates(0.195, 0.6, 0.44),
    },
  },
  {
    from: 'tinker-cost 0.1.0 on PyPI, June 2026, before prices rose on 2026-07-17',
    rates: {
      'nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-BF16': rates(1.66, 4.15, 4.98),
      'nvidia/NVIDIA-Nemotron-3-Ultra-550B-A55B-BF16:peft:262144': rates(3.32, 8.3, 9.96),
      'nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16': rates(0.38, 0.96, 1.16),
      'nvidia/NVIDIA-Nemotron-3-Super-120B-A12B-BF16:peft:262144': rates(0.76, 1.92, 2.32),
      'nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16': rates(0.13, 0.33, 0.4),
      'moonshotai/Kimi-K2.6': rates(1.47, 3.66, 4.4),
      'moonshotai/Kimi-K2.6:peft:131072': rates(5.15, 12.81, 15.4),
      'Qwen/Qwen3.6-35B-A3B': rates(0.36, 0.89, 1.07),
      'Qwen/Qwen3.6-27B': rates(1.24, 3.73, 3.73),
      'Qwen/Qwen3.5-397B-A17B': rates(2, 5, 6),
      'Qwen/Qwen3.5-397B-A17B:peft:262144': rates(4, 10, 12),
      'Qwen/Qwen3.5-35B-A3B-Base': rates(0.36, 0.89, 1.07),
      'Qwen/Qwen3.5-9B': rates(0.44, 1.33, 1.33),
      'Qwen/Qwen3.5-9B-Base': rates(0.44, 1.33, 1.33),
      'Qwen/Qwen3.5-4B': rates(0.22, 0.67, 0.67),
      'Qwen/Qwen3-8B': rates(0.13, 0.4, 0.4),
      'openai/gpt-oss-120b': rates(0.18, 0.44, 0.52),
      'openai/gpt-oss-120b:peft:131072': rates(0.63, 1.54, 1.82),
      'openai/gpt-oss-20b': rates(0.12, 0.3, 0.36),
      'deepseek-ai/DeepSeek-V3.1': rates(1.13, 2.81, 3.38),
    },
  },
];
