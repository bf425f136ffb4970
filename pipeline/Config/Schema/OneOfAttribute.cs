namespace Anneal.Pipeline.Config.Schema;

/// <summary>The kinds of an abstract record; the file chooses one by its key: <c>optimizer: {adam: {lr: 1e-3}}</c>.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class OneOfAttribute(params Type[] kinds) : Attribute
{
    public Type[] Kinds { get; } = kinds;
}
