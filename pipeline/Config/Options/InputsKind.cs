namespace Anneal.Pipeline.Config.Options;

internal enum InputsKind
{
    Columns,
    Tensor,
}
