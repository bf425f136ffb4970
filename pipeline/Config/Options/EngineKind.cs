namespace Anneal.Pipeline.Config.Options;

internal enum EngineKind
{
    Simd,
    Ort,
}
