namespace Anneal.Pipeline.Config.Schema;

/// <summary>A word that stands for null, in the value or in a list's items: <c>threads: auto</c>, <c>batch_sizes: [1, all]</c>; or for another value that the range leaves out.</summary>
[AttributeUsage(AttributeTargets.Property, AllowMultiple = true)]
internal sealed class WordAttribute(string text, object? value = null) : Attribute
{
    public string Text { get; } = text;

    public object? Value { get; } = value;
}
