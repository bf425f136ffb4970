namespace Anneal.Pipeline.Config;

internal enum BoundOperator
{
    GreaterOrEqual,
    Greater,
    LessOrEqual,
    Less,
}
