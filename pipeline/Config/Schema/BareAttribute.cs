namespace Anneal.Pipeline.Config.Schema;

/// <summary>A record of one key that is written as that key's value alone: <c>layers: [...]</c>.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class BareAttribute : Attribute;
