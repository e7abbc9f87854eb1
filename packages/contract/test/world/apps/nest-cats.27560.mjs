var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
var __param = (this && this.__param) || function (paramIndex, decorator) {
    return function (target, key) { decorator(target, key, paramIndex); }
};
// NestJS' sample 11-swagger: the cats, with a list, a change and a deletion.
import 'reflect-metadata';
import { Body, Controller, Delete, Get, HttpCode, Module, NotFoundException, Param, ParseIntPipe, Patch, Post, Query, ValidationPipe, } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ApiBadRequestResponse, ApiCreatedResponse, ApiNoContentResponse, ApiNotFoundResponse, ApiOkResponse, ApiProperty, DocumentBuilder, PartialType, SwaggerModule, } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsEnum, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
var Breed;
(function (Breed) {
    Breed["tabby"] = "tabby";
    Breed["siamese"] = "siamese";
})(Breed || (Breed = {}));
class Failure {
}
__decorate([
    ApiProperty(),
    __metadata("design:type", Number)
], Failure.prototype, "statusCode", void 0);
__decorate([
    ApiProperty({ oneOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }),
    __metadata("design:type", Object)
], Failure.prototype, "message", void 0);
class CreateCatDto {
}
__decorate([
    ApiProperty({ minLength: 1, maxLength: 40 }),
    IsString(),
    Length(1, 40),
    __metadata("design:type", String)
], CreateCatDto.prototype, "name", void 0);
__decorate([
    ApiProperty({ type: 'integer', minimum: 0, maximum: 30 }),
    IsInt(),
    Min(0),
    Max(30),
    __metadata("design:type", Number)
], CreateCatDto.prototype, "age", void 0);
__decorate([
    ApiProperty({ enum: Breed }),
    IsEnum(Breed),
    __metadata("design:type", String)
], CreateCatDto.prototype, "breed", void 0);
class UpdateCatDto extends PartialType(CreateCatDto) {
}
class Cat extends CreateCatDto {
}
__decorate([
    ApiProperty({ type: 'integer' }),
    __metadata("design:type", Number)
], Cat.prototype, "id", void 0);
class ListCats {
}
__decorate([
    ApiProperty({ required: false, enum: Breed }),
    IsOptional(),
    IsEnum(Breed),
    __metadata("design:type", String)
], ListCats.prototype, "breed", void 0);
__decorate([
    ApiProperty({ required: false, type: 'integer', minimum: 1, maximum: 100, default: 20 }),
    IsOptional(),
    Type(() => Number),
    IsInt(),
    Min(1),
    Max(100),
    __metadata("design:type", Number)
], ListCats.prototype, "limit", void 0);
let CatsController = class CatsController {
    constructor() {
        this.cats = new Map();
        this.last = 0;
    }
    find(id) {
        const cat = this.cats.get(id);
        if (!cat)
            throw new NotFoundException();
        return cat;
    }
    create(body) {
        const cat = { ...body, id: ++this.last };
        this.cats.set(cat.id, cat);
        return cat;
    }
    findAll(query) {
        return [...this.cats.values()].filter(({ breed }) => !query.breed || breed === query.breed).slice(0, query.limit ?? 20);
    }
    findOne(id) {
        return this.find(id);
    }
    update(id, body) {
        return Object.assign(this.find(id), body);
    }
    remove(id) {
        this.find(id);
        this.cats.delete(id);
    }
};
__decorate([
    Post(),
    ApiCreatedResponse({ type: Cat }),
    __param(0, Body()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [CreateCatDto]),
    __metadata("design:returntype", Cat)
], CatsController.prototype, "create", null);
__decorate([
    Get(),
    ApiOkResponse({ type: [Cat] }),
    __param(0, Query()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [ListCats]),
    __metadata("design:returntype", Array)
], CatsController.prototype, "findAll", null);
__decorate([
    Get(':id'),
    ApiOkResponse({ type: Cat }),
    ApiNotFoundResponse({ type: Failure }),
    __param(0, Param('id', ParseIntPipe)),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Number]),
    __metadata("design:returntype", Cat)
], CatsController.prototype, "findOne", null);
__decorate([
    Patch(':id'),
    ApiOkResponse({ type: Cat }),
    ApiNotFoundResponse({ type: Failure }),
    __param(0, Param('id', ParseIntPipe)),
    __param(1, Body()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Number, UpdateCatDto]),
    __metadata("design:returntype", Cat)
], CatsController.prototype, "update", null);
__decorate([
    Delete(':id'),
    HttpCode(204),
    ApiNoContentResponse(),
    ApiNotFoundResponse({ type: Failure }),
    __param(0, Param('id', ParseIntPipe)),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [Number]),
    __metadata("design:returntype", void 0)
], CatsController.prototype, "remove", null);
CatsController = __decorate([
    Controller('cats'),
    ApiBadRequestResponse({ type: Failure })
], CatsController);
let AppModule = class AppModule {
};
AppModule = __decorate([
    Module({ controllers: [CatsController] })
], AppModule);
const app = await NestFactory.create(AppModule, { logger: ['error'] });
app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
const config = new DocumentBuilder().setTitle('Cats example').setVersion('1.0').addTag('cats').build();
SwaggerModule.setup('api', app, () => SwaggerModule.createDocument(app, config));
await app.listen(Number(process.argv[2]), '127.0.0.1');
