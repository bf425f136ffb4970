namespace Anneal.Pipeline.Config.Options;

internal enum TaskKind
{
    Classification,
    Regression,
}
