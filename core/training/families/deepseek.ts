// What the renderers of DeepSeek V3 and V4.1 share.

export const startToken = '<｜begin▁of▁sentence｜>';
export const endToken = '<｜end▁of▁sentence｜>';
