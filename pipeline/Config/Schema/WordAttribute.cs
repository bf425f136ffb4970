namespace Anneal.Pipeline.Config.Schema;

/// <summary>The word that stands for null, in the value or in a list's items: <c>threads: auto</c>, <c>batch_sizes: [1, all]</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class WordAttribute(string text) : Attribute
{
    public string Text { get; } = text;
}
