using System.Reflection;
using System.Runtime.CompilerServices;

namespace Anneal.Pipeline.Config.Schema;

/// <summary>One key of a record: its property, its shape and its default.</summary>
internal sealed class OptionKey(PropertyInfo property, KeyAttribute key, object prototype)
{
    private ValueShape? _shape;

    public PropertyInfo Property => property;

    public KeyAttribute Key => key;

    public ValueShape Shape => _shape ??= ValueShape.Of(property);

    public object? Default { get; } = property.GetValue(prototype);

    public bool IsRequired { get; } = property.IsDefined(typeof(RequiredMemberAttribute));

    /// <summary>Optional and absent by default, so that <c>~</c> in the file means absent.</summary>
    public bool MayBeAbsent => !IsRequired && Default is null;
}
