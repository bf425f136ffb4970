namespace Anneal.Pipeline.Config.Options;

internal enum Direction
{
    Auto,
    Min,
    Max,
}
