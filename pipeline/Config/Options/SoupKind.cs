namespace Anneal.Pipeline.Config.Options;

internal enum SoupKind
{
    Uniform,
    Greedy,
}
