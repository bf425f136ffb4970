namespace Anneal.Pipeline.Config.Schema;

/// <summary>A kind whose keys stand beside the one that chooses it: <c>{import: base.onnx, freeze: [...]}</c>. That key is one of its own.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class BesideAttribute : Attribute;
