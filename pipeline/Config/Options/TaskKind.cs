namespace Anneal.Pipeline.Config.Options;

internal enum TaskKind
{
    Classification,
    Binary,
    Multilabel,
    Regression,
}
