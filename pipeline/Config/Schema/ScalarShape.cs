using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Anneal.Pipeline.Config.Yaml;

namespace Anneal.Pipeline.Config.Schema;

internal sealed class ScalarShape(Type type, RangeAttribute? range) : ValueShape
{
    private const NumberStyles RealStyle = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    public static bool Accepts(Type type) =>
        type == typeof(string) || type == typeof(bool) || type == typeof(int) || type == typeof(long)
        || type == typeof(double) || type == typeof(char) || type == typeof(Bound);

    public override string Expected =>
        type == typeof(string) ? "text"
        : type == typeof(bool) ? "true or false"
        : type == typeof(char) ? "one character"
        : type == typeof(double) ? "a number"
        : type == typeof(Bound) ? "a limit such as \">= 0.9\""
        : "a whole number";

    public override bool Fits(YamlNode node) => Parse(node) is not null;

    public override bool TryBind(YamlNode node, string path, BindContext context, out object? value)
    {
        value = Parse(node);
        if (value is null)
        {
            return context.Mismatch(node, path, Expected);
        }

        if (value is double real && !double.IsFinite(real))
        {
            context.Error(node.Origin, path, $"{node.Describe()} is too large for a number");
            return false;
        }

        if (range is not null && !range.Contains(Convert.ToDouble(value, CultureInfo.InvariantCulture)))
        {
            context.Error(node.Origin, path, $"must be {range}, found {((YamlScalar)node).Text}");
        }

        return true;
    }

    public override string Inline(object? value) => value switch
    {
        string text => Quote(text),
        char c => Quote(c.ToString()),
        bool b => b ? "true" : "false",
        double real => Format(real),
        Bound bound => Quote(bound.ToString()),
        IFormattable whole => whole.ToString(null, CultureInfo.InvariantCulture),
        _ => "~",
    };

    public override JsonObject ToJsonSchema(JsonSchemaBuilder builder)
    {
        var schema = new JsonObject
        {
            ["type"] = type == typeof(bool) ? "boolean" : type == typeof(double) ? "number" : type == typeof(int) || type == typeof(long) ? "integer" : "string",
        };
        if (type == typeof(char))
        {
            (schema["minLength"], schema["maxLength"]) = (1, 1);
        }
        else if (type == typeof(Bound))
        {
            schema["pattern"] = Bound.Pattern;
        }

        if (range is not null)
        {
            schema[range.ExcludesMin ? "exclusiveMinimum" : "minimum"] = range.Min;
            if (!double.IsPositiveInfinity(range.Max))
            {
                schema[range.ExcludesMax ? "exclusiveMaximum" : "maximum"] = range.Max;
            }
        }

        return schema;
    }

    public override JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        bool b => JsonValue.Create(b),
        int i => JsonValue.Create(i),
        long l => JsonValue.Create(l),
        double d => JsonValue.Create(d),
        _ => JsonValue.Create(value.ToString()),
    };

    internal static string Format(double value) => value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');

    /// <summary>Plain where no reader could take it for anything else, else quoted with JSON's escapes, which YAML shares.</summary>
    internal static string Quote(string text)
    {
        bool isPlain = text.Length > 0 && char.IsAsciiLetter(text[0])
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/')
            && text.ToLowerInvariant() is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off" or "y" or "n");
        return isPlain ? text : $"\"{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
    }

    private object? Parse(YamlNode node)
    {
        bool isText = type == typeof(string) || type == typeof(char) || type == typeof(Bound);
        return node is YamlScalar scalar && (isText ? !scalar.IsNull : scalar.IsPlain) ? Parse(scalar.Text) : null;
    }

    private object? Parse(string text)
    {
        if (type == typeof(string))
        {
            return text;
        }

        if (type == typeof(char))
        {
            return text.Length == 1 ? text[0] : null;
        }

        if (type == typeof(bool))
        {
            return text switch { "true" or "True" or "TRUE" => true, "false" or "False" or "FALSE" => false, _ => null };
        }

        if (type == typeof(int))
        {
            return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int whole) ? whole : null;
        }

        if (type == typeof(long))
        {
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) ? whole : null;
        }

        if (type == typeof(double))
        {
            bool isNumber = text.All(c => char.IsAsciiDigit(c) || c is '+' or '-' or '.' or 'e' or 'E');
            return isNumber && double.TryParse(text, RealStyle, CultureInfo.InvariantCulture, out double real) ? real : null;
        }

        return Bound.TryParse(text, out Bound bound) ? bound : null;
    }
}
