namespace Anneal.Pipeline.Config.Options;

internal enum FillKind
{
    Zero,
    Edge,
    Reflect,
}
