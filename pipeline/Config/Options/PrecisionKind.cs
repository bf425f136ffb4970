namespace Anneal.Pipeline.Config.Options;

internal enum PrecisionKind
{
    Float32,
    Bf16,
    Fp16,
}
