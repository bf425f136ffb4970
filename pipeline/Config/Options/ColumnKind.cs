namespace Anneal.Pipeline.Config.Options;

internal enum ColumnKind
{
    Number,
    Category,
    Ignore,
}
